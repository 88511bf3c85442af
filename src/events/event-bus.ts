import type { ServerEvent } from '../contract/event.js';
import type { JobStatus } from '../contract/job-state.js';
import type { Logger } from '../platform/logger.js';
import { ANNOUNCE_MS, Audience } from './audience.js';
import type { EventRelay, RelayMessage } from './event-relay.js';

/** What a committed statement made of one job. */
export interface JobChange {
  id: string;
  type: string;
  queue: string;
  status: JobStatus;
  attempt: number;
  worker_id: string | null;
  at: Date;
}

/** `reset`: events of other orchestrators may have been missed. */
export type BusEvent = ServerEvent | { kind: 'reset' };

/** Must be quick. */
export type EventListener = (event: BusEvent) => void;

const FLUSH_MS = 250;
/** So many jobs are named in one flush; when more have changed, only their number is told. */
const MAX_NAMED = 200;

/**
 * Tells this orchestrator and all others what changed, after it was committed. Events are hints: they may get lost.
 *
 * `queue` and `worker` go out at once, always, since programs act on them. Those that only browsers care for are gathered for a quarter
 * of a second, the last word about each job winning, and made only while some browser listens.
 */
export class EventBus {
  private readonly audience = new Audience();
  private readonly listeners = new Set<EventListener>();
  private readonly jobs = new Map<string, JobChange>();
  private readonly others = new Map<string, ServerEvent>();
  /** How many jobs this orchestrator brought into each status since it started. */
  readonly transitions: Partial<Record<JobStatus, number>> = {};
  private changes = 0;
  private areTooMany = false;
  private flushTimer: NodeJS.Timeout | undefined;
  private announceTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly relay: EventRelay,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.relay.start({
      receive: (message) => this.receive(message),
      missed: () => {
        this.relay.send({ audience: 'who' });
        this.deliver([{ kind: 'reset' }]);
      },
    });
    this.relay.send({ audience: 'who' });
  }

  async stop(): Promise<void> {
    clearTimeout(this.flushTimer);
    clearInterval(this.announceTimer);
    this.audience.isHere = false;
    await this.relay.stop();
  }

  /** Returns at once and never throws. */
  publish(event: ServerEvent): void {
    switch (event.kind) {
      case 'queue':
      case 'worker':
        this.deliver([event]);
        this.relay.send({ events: [event] });
        return;
      case 'counts':
        // Every orchestrator counts for its own browsers.
        this.deliver([event]);
        return;
      case 'job':
        this.publishJobs([{ ...event, at: new Date(event.at) }]);
        return;
      case 'jobs':
        if (!this.audience.isAnywhere) return;
        this.changes += event.count;
        this.areTooMany = true;
        this.scheduleFlush();
        return;
      case 'log':
      case 'action':
        if (!this.audience.isAnywhere || this.others.size >= MAX_NAMED) return;
        this.others.set(JSON.stringify(event), event);
        this.scheduleFlush();
    }
  }

  /** Returns at once and never throws; next to free while no browser listens. */
  publishJobs(changes: readonly JobChange[]): void {
    for (const { status } of changes) this.count(status, 1);
    if (this.audience.isAnywhere) this.gather(changes);
  }

  /** The same for many jobs that came into one status. @param describe called only if somebody listens */
  publishMany(status: JobStatus, count: number, describe: () => readonly JobChange[]): void {
    this.count(status, count);
    if (this.audience.isAnywhere) this.gather(describe());
  }

  private count(status: JobStatus, count: number): void {
    this.transitions[status] = (this.transitions[status] ?? 0) + count;
  }

  private gather(changes: readonly JobChange[]): void {
    if (changes.length === 0) return;
    this.changes += changes.length;
    this.scheduleFlush();
    this.areTooMany ||= changes.length > MAX_NAMED;
    if (this.areTooMany) return;
    for (const change of changes) this.jobs.set(change.id, change);
    this.areTooMany = this.jobs.size > MAX_NAMED;
  }

  /** Hears the events of all orchestrators, those that only browsers care for perhaps not. Answers how to stop it. */
  subscribe(listener: EventListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** True while browsers listen to this orchestrator. */
  get hasAudienceHere(): boolean {
    return this.audience.isHere;
  }

  /** Says whether browsers listen here, so that all orchestrators make events for them. */
  setAudience(isHere: boolean): void {
    if (this.audience.isHere === isHere) return;
    this.audience.isHere = isHere;
    clearInterval(this.announceTimer);
    if (!isHere) return;
    this.announce();
    this.announceTimer = setInterval(() => this.announce(), ANNOUNCE_MS).unref();
  }

  private announce(): void {
    this.relay.send({ audience: 'here' });
  }

  private scheduleFlush(): void {
    this.flushTimer ??= setTimeout(() => this.flush(), FLUSH_MS).unref();
  }

  private flush(): void {
    this.flushTimer = undefined;
    const events = [...this.others.values(), ...this.jobEvents()];
    this.others.clear();
    this.jobs.clear();
    this.changes = 0;
    this.areTooMany = false;
    this.deliver(events);
    this.relay.send({ events });
  }

  private jobEvents(): ServerEvent[] {
    if (this.areTooMany) return [{ kind: 'jobs', count: this.changes }];
    // Field by field: the rows that callers hand in carry more, such as the lease token.
    return [...this.jobs.values()].map(({ id, type, queue, status, attempt, worker_id, at }) => {
      return { kind: 'job', id, type, queue, status, attempt, worker_id, at: at.toISOString() };
    });
  }

  private receive(message: RelayMessage): void {
    if ('events' in message) this.deliver(message.events);
    else if (message.audience === 'here') this.audience.noteElsewhere();
    else if (this.audience.isHere) this.announce();
  }

  private deliver(events: readonly BusEvent[]): void {
    for (const event of events) {
      for (const listener of this.listeners) {
        try {
          listener(event);
        } catch (error) {
          this.logger.error({ err: error, kind: event.kind }, 'a listener failed on an event');
        }
      }
    }
  }
}
