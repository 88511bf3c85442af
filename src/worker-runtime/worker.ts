import type { Config } from '../config/config.js';
import type { Logger } from '../platform/logger.js';
import { clock } from '../platform/clock.js';
import { AttemptWatch, STOP_GRACE_MS } from './attempt-watch.js';
import { Heartbeat } from './heartbeat.js';
import { JobIntake } from './job-intake.js';
import { JobLogs } from './job-logs.js';
import { JobSlots } from './job-slots.js';
import type { Handlers } from './load-handlers.js';
import type { OrchestratorClient } from './orchestrator-client.js';
import type { Registration } from './registration.js';
import { ReportOutbox } from './report-outbox.js';

const LOG_FLUSH_MS = 1_000;

export interface WorkerOptions {
  config: Config;
  url: string;
  logger: Logger;
  client: OrchestratorClient;
  registration: Registration;
  handlers: Handlers;
  /** Ends the calls that are otherwise repeated until they are answered. */
  signal: AbortSignal;
}

/** Puts the parts of a worker together: jobs come in, run, and are reported, while the heartbeat renews their leases. */
export class Worker {
  private state: 'active' | 'draining' | 'stopping' = 'active';
  private turn: NodeJS.Immediate | undefined;
  private logsFlushedAtMs = 0;
  private readonly waiters = new Set<() => void>();
  private readonly slots: JobSlots;
  private readonly intake: JobIntake;
  private readonly outbox: ReportOutbox;
  private readonly heartbeat: Heartbeat;
  private readonly logs: JobLogs;
  private readonly watch: AttemptWatch;

  constructor(private readonly options: WorkerOptions) {
    const { config, client, registration, logger, signal } = options;
    const wake = () => this.wake();
    this.logs = new JobLogs(client, () => registration.workerId, logger);
    this.slots = new JobSlots({
      concurrency: config.concurrency,
      prefetch: config.prefetch,
      maxResultBytes: config.payloadLimitKb * 1024,
      handlers: options.handlers,
      logs: this.logs,
      logger,
      report: (report) => this.outbox.add(report),
      starting: (attempt) => this.heartbeat.renewBlindUntil(attempt.deadlineMs + STOP_GRACE_MS),
      wake,
    });
    this.intake = new JobIntake({
      client,
      registration,
      logger,
      capacity: () => (this.state === 'active' && !this.outbox.isFull ? this.slots.room : 0),
      take: (attempts, isStale) => {
        this.slots.take(attempts, isStale || this.state === 'stopping');
        wake();
      },
      wake,
    });
    this.outbox = new ReportOutbox({
      client,
      registration,
      logger,
      signal,
      ask: () => this.intake.ask(),
      answered: (...answer) => this.intake.answered(...answer),
      settled: (attempt) => this.slots.letGo(attempt),
      wake,
    });
    this.heartbeat = new Heartbeat({
      url: options.url,
      apiKey: config.apiKeys[0]?.secret,
      logger,
      held: () => this.slots.allHeld,
      freeSlots: () => this.slots.free,
      state: () => (this.state === 'active' ? 'active' : 'draining'),
      verdicts: (verdicts) => this.slots.heed(verdicts),
      commands: (commands) => this.obey(commands),
      unknownWorker: (workerId) => void registration.renew(workerId).catch(() => undefined),
    });
    this.watch = new AttemptWatch({
      logger,
      running: () => this.slots.running,
      renewedAtMs: () => this.heartbeat.renewedAtMs,
      tick: (nowMs) => this.tick(nowMs),
    });
  }

  /** Starts to work; the worker must be registered. */
  start(): void {
    const { registration } = this.options;
    this.heartbeat.use(registration.current);
    registration.onChange((registered) => this.heartbeat.use(registered));
    this.watch.start();
    this.wake();
  }

  /** Takes no more jobs for good, and gives back those that have not started. */
  stopTaking(): void {
    this.state = 'stopping';
    this.setAside();
    this.heartbeat.beat();
  }

  /** Resolves once no handler runs, or after the time, with whether none does. */
  idle(limitMs: number): Promise<boolean> {
    return this.until(() => this.slots.runningCount === 0, limitMs);
  }

  /** Aborts what runs and gives it back. Handlers get a moment to clean up before their jobs may start elsewhere. */
  async abortAll(cleanUpMs: number): Promise<void> {
    this.slots.stopAll(clock.monotonicMs());
    if (await this.idle(cleanUpMs)) return;
    const jobs = this.slots.runningCount;
    this.options.logger.warn({ jobs }, 'handlers ignore their abort signal: their jobs are given back');
    this.slots.abandonAll();
    await this.idle(1_000);
  }

  /** See `JobSlots.crash`. */
  crash(error: unknown): void {
    this.stopTaking();
    this.slots.crash(error);
    this.wake();
  }

  /** Resolves when all reports are acknowledged, or after the time. */
  async delivered(limitMs: number): Promise<void> {
    if (await this.until(() => this.slots.heldCount === 0, limitMs)) return;
    const jobs = this.slots.heldCount;
    this.options.logger.error({ jobs }, 'no orchestrator took the last reports: these jobs will run again');
  }

  async close(): Promise<void> {
    this.watch.stop();
    clearImmediate(this.turn);
    await this.heartbeat.stop();
  }

  /** Does what can be done at the end of this turn of the event loop: what ends in one turn goes out in one call. */
  private wake(): void {
    this.turn ??= setImmediate(() => {
      this.turn = undefined;
      this.slots.startReady();
      this.outbox.send();
      if (this.outbox.isEmpty) this.intake.startPoll();
      for (const check of this.waiters) check();
    });
  }

  private tick(nowMs: number): void {
    this.slots.releaseHoarded(nowMs);
    if (nowMs - this.logsFlushedAtMs > LOG_FLUSH_MS) {
      this.logsFlushedAtMs = nowMs;
      this.logs.flush();
    }
  }

  private obey(commands: string[]): void {
    for (const command of commands) {
      if (command === 'drain' && this.state === 'active') {
        this.options.logger.info('told to drain: takes no more jobs');
        this.state = 'draining';
        this.setAside();
      } else if (command === 'resume' && this.state === 'draining') {
        this.options.logger.info('told to resume: takes jobs again');
        this.state = 'active';
        this.wake();
      }
    }
  }

  private setAside(): void {
    this.intake.stopPoll();
    this.slots.releaseReady();
    this.wake();
  }

  private until(isDone: () => boolean, limitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const check = () => {
        if (isDone()) end(true);
      };
      const end = (result: boolean) => {
        clearTimeout(timer);
        this.waiters.delete(check);
        resolve(result);
      };
      const timer = setTimeout(() => end(false), limitMs).unref();
      this.waiters.add(check);
      check();
    });
  }
}
