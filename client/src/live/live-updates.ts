import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { isServerReachable, isSessionLost } from '../api/client.js';
import { jobKeys } from '../api/jobs.js';
import type { ServerEvent } from '../api/types.js';
import { preferences } from '../settings/preferences.js';
import { nowMs } from '../ui/ticker.js';
import { announceJobs } from './announcer.js';
import { patchCounts, patchJobs, type JobEventHint } from './event-patches.js';
import { LiveConnection } from './live-connection.js';
import { explicitRefresh, lastContact, liveState, nextPollAt } from './live-status.js';
import type { StreamMessage } from './event-stream.js';

/** Events of so long become one patch of the rows, and one more when what was asked for arrives: two changes of the list a second at most. */
const FLUSH_MS = 650;
/** A round of queries is followed by the next one no sooner than this many times what it took: slow answers ask for fewer. */
const REST_FACTOR = 3;
const SLOW_REFETCH_MS = 5000;
const POLL_MS = [2500, 5000, 10_000, 30_000] as const;

/** Keeps what is on screen fresh: by the event stream while it works, by polling while it does not, and not at all while hidden. */
export class LiveUpdates {
  private connection?: LiveConnection;
  private pollTimer?: number;
  private flushTimer?: number;
  private slowTimer?: number;
  private failedPolls = 0;
  private lastFlush = 0;
  private nextRefetch = 0;
  private isRefetching = false;
  private slowRounds = 0;
  private readonly jobEvents = new Map<string, JobEventHint>();
  private readonly stale = new Map<string, QueryKey>();

  constructor(private readonly queries: QueryClient) {}

  /** Starts to follow the preference, the tab's visibility and the session. */
  start(): void {
    let mode = preferences.get().live;
    preferences.subscribe(() => {
      if (preferences.get().live === mode) return;
      mode = preferences.get().live;
      this.restart();
    });
    document.addEventListener('visibilitychange', () => this.restart());
    isSessionLost.subscribe(() => this.restart());
    this.restart();
  }

  /** What a person asks for: fetches everything on screen, and lets lists drop rows that left their filter. */
  async refreshByHand(): Promise<void> {
    await this.refresh();
    explicitRefresh.set(explicitRefresh.get() + 1);
  }

  private async refresh(): Promise<void> {
    await this.queries.refetchQueries({ type: 'active' }, { cancelRefetch: false });
    if (isServerReachable.get()) lastContact.set(nowMs());
  }

  private restart(): void {
    this.stop();
    const { live } = preferences.get();
    if (document.hidden || isSessionLost.get()) return;
    if (live === 'off') return liveState.set('paused');
    if (live === 'auto') this.connect();
    else {
      liveState.set('polling');
      this.schedulePoll();
    }
    if (lastContact.get() > 0) void this.refresh();
  }

  private stop(): void {
    this.connection?.close();
    this.connection = undefined;
    window.clearTimeout(this.pollTimer);
    window.clearTimeout(this.flushTimer);
    window.clearInterval(this.slowTimer);
    this.flushTimer = undefined;
    nextPollAt.set(0);
  }

  private connect(): void {
    liveState.set('reconnecting');
    this.schedulePoll();
    this.connection = new LiveConnection({
      onState: (state) => this.follow(state),
      onMessage: (message) => this.collect(message),
      onBeat: () => lastContact.set(nowMs()),
    });
  }

  private follow(state: 'live' | 'polling' | 'reconnecting'): void {
    const wasLive = liveState.get() === 'live';
    liveState.set(state);
    window.clearInterval(this.slowTimer);
    if (state === 'live') {
      window.clearTimeout(this.pollTimer);
      nextPollAt.set(0);
      this.failedPolls = 0;
      // Whatever happened while the stream was away is fetched once.
      if (lastContact.get() > 0) void this.refresh();
      this.slowTimer = window.setInterval(() => void this.refetchSlow(), SLOW_REFETCH_MS);
    } else if (wasLive) this.schedulePoll();
  }

  /** Heartbeat times, charts and whatever moves without an event of its own; lists less often, against a lost event. */
  private async refetchSlow(): Promise<void> {
    const withLists = ++this.slowRounds % 3 === 0;
    const isJobList = (key: QueryKey) => key[0] === 'jobs' && key[1] === 'list';
    await this.queries.refetchQueries(
      { type: 'active', predicate: (query) => withLists || !isJobList(query.queryKey) },
      { cancelRefetch: false },
    );
  }

  private schedulePoll(): void {
    const { live } = preferences.get();
    const calm = typeof live === 'number' ? live * 1000 : POLL_MS[0];
    const delay = Math.max(calm, POLL_MS[Math.min(this.failedPolls, POLL_MS.length - 1)] ?? calm);
    window.clearTimeout(this.pollTimer);
    nextPollAt.set(nowMs() + delay);
    this.pollTimer = window.setTimeout(() => void this.poll(), delay);
  }

  private async poll(): Promise<void> {
    await this.refresh();
    this.failedPolls = isServerReachable.get() ? 0 : this.failedPolls + 1;
    if (liveState.get() !== 'live' && liveState.get() !== 'paused' && !document.hidden) this.schedulePoll();
  }

  private collect({ kind, data }: StreamMessage): void {
    lastContact.set(nowMs());
    if (kind === 'hello') return;
    if (kind === 'reset') return void this.refresh();
    const event = { ...(data as object), kind } as ServerEvent;
    switch (event.kind) {
      case 'job':
        this.jobEvents.set(event.id, event);
        this.markStale(jobKeys.lists, jobKeys.detail(event.id));
        break;
      case 'jobs':
        this.markStale(jobKeys.all);
        break;
      case 'worker':
        this.markStale(['workers']);
        break;
      case 'queue':
        this.markStale(['queues']);
        break;
      case 'counts':
        patchCounts(this.queries, event.jobs);
        return;
      case 'log':
        this.markStale(jobKeys.part(event.job_id, 'logs'));
        break;
      case 'action':
        this.markStale(['job-actions', event.token]);
    }
    this.scheduleFlush();
  }

  private markStale(...keys: QueryKey[]): void {
    for (const key of keys) this.stale.set(JSON.stringify(key), key);
  }

  private scheduleFlush(): void {
    const delay = Math.max(0, this.lastFlush + FLUSH_MS - nowMs());
    this.flushTimer ??= window.setTimeout(() => this.flush(), delay);
  }

  /** Every now and then, and at once after a pause: patches rows, and lets one round of queries look for the rest. */
  private flush(): void {
    this.flushTimer = undefined;
    this.lastFlush = nowMs();
    patchJobs(this.queries, this.jobEvents);
    announceJobs(this.jobEvents.values());
    this.jobEvents.clear();
    if (this.stale.size === 0) return;
    if (this.isRefetching || nowMs() < this.nextRefetch) this.scheduleFlush();
    else void this.refetchStale();
  }

  /** Waits for the answers: an event that comes meanwhile may be newer than they are, and asks for another round. */
  private async refetchStale(): Promise<void> {
    this.isRefetching = true;
    const startedAt = nowMs();
    const keys = [...this.stale.values()];
    this.stale.clear();
    await Promise.all(
      keys.map((queryKey) => this.queries.refetchQueries({ queryKey, type: 'active' }, { cancelRefetch: false })),
    );
    this.isRefetching = false;
    this.nextRefetch = nowMs() + REST_FACTOR * (nowMs() - startedAt);
    if (this.stale.size > 0) this.scheduleFlush();
  }
}
