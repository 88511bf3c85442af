import type { LeaseStatus } from '../contract/worker.dto.js';
import { clock } from '../platform/clock.js';
import type { Logger } from '../platform/logger.js';
import type { Attempt } from './attempt.js';
import { AttemptContext } from './attempt-context.js';
import { Bag } from './bag.js';
import type { JobLogs } from './job-logs.js';
import type { Handlers } from './load-handlers.js';
import { reportText, threw, type Outcome } from './outcome.js';
import { Prefetch } from './prefetch.js';
import type { OutgoingReport } from './report-outbox.js';
import { runAttempt } from './run-attempt.js';

/** A job fetched ahead that has not started by then is given back. */
const LONGEST_UNSTARTED_MS = 1_000;

interface SlotsOptions {
  concurrency: number;
  /** How many jobs may be held ready beyond the slots. */
  prefetch: number;
  maxResultBytes: number;
  handlers: Handlers;
  logs: JobLogs;
  logger: Logger;
  report: (report: OutgoingReport) => void;
  /** A handler is about to be called. */
  starting: (attempt: Attempt) => void;
  wake: () => void;
}

/**
 * The leases of this worker, from the answer that brings them until their reports are acknowledged. Each is ready (not started),
 * running (has a slot), or ended with its report on the way; all of them are held, and renewed.
 */
export class JobSlots {
  private readonly held = new Bag<Attempt>();
  private runningJobs = 0;
  private readonly prefetch: Prefetch;
  private ready: Attempt[] = [];

  constructor(private readonly options: SlotsOptions) {
    this.prefetch = new Prefetch(options.concurrency, options.prefetch);
  }

  get allHeld(): Iterable<Attempt> {
    return this.held;
  }

  get running(): Attempt[] {
    return Array.from(this.held).filter((attempt) => attempt.isRunning);
  }

  get runningCount(): number {
    return this.runningJobs;
  }

  get heldCount(): number {
    return this.held.size;
  }

  get free(): number {
    return Math.max(0, this.options.concurrency - this.runningJobs - this.ready.length);
  }

  /** How many more jobs make sense: the free slots, and what will soon be short of jobs. */
  get room(): number {
    return this.options.concurrency + this.prefetch.extra - this.runningJobs - this.ready.length;
  }

  /** @param giveBack the leases came too late to start their jobs */
  take(attempts: Attempt[], giveBack: boolean): void {
    for (const attempt of attempts) this.held.add(attempt);
    if (giveBack) return this.endAll(attempts, { status: 'RELEASED' });
    this.ready.push(...attempts);
    this.startReady();
  }

  startReady(): void {
    const count = Math.min(this.ready.length, this.options.concurrency - this.runningJobs);
    if (count > 0) for (const attempt of this.ready.splice(0, count)) void this.run(attempt);
  }

  /** Gives back, uncharged, what has not started. */
  releaseReady(): void {
    this.endAll(this.ready.splice(0), { status: 'RELEASED' });
  }

  /** Gives back what was fetched ahead in vain: longer jobs than expected hold the slots. */
  releaseHoarded(nowMs: number): void {
    const isHoarded = ({ takenAtMs }: Attempt) => nowMs - takenAtMs > LONGEST_UNSTARTED_MS;
    const hoarded = this.ready.filter(isHoarded);
    if (hoarded.length === 0) return;
    this.prefetch.reset();
    this.ready = this.ready.filter((attempt) => !isHoarded(attempt));
    this.endAll(hoarded, { status: 'RELEASED' });
    this.options.wake();
  }

  /** Does what heartbeats were told. An attempt that has ended already is not touched: the verdict on its report counts. */
  heed(verdicts: LeaseStatus[]): void {
    const now = clock.monotonicMs();
    const told = new Map(verdicts.map((status) => [`${status.job_id} ${status.attempt}`, status.verdict]));
    const verdictOf = ({ job }: Attempt) => told.get(`${job.id} ${job.attempt}`);
    for (const attempt of this.running) {
      const verdict = verdictOf(attempt);
      if (verdict === 'lost' || verdict === 'cancel') attempt.stop(verdict, now);
      if (verdict === 'lost')
        this.options.logger.info({ job: attempt.job.id }, 'a lease was lost: its attempt is stopped');
    }
    for (const attempt of this.ready.filter(verdictOf)) {
      this.ready.splice(this.ready.indexOf(attempt), 1);
      this.end(attempt, verdictOf(attempt) === 'cancel' ? { status: 'CANCELLED' } : null);
    }
  }

  stopAll(nowMs: number): void {
    for (const attempt of this.running) attempt.stop('shutdown', nowMs);
  }

  abandonAll(): void {
    for (const attempt of this.running) attempt.abandon();
  }

  /**
   * After an error outside of any handler's own promise, which may have broken anything. If one attempt runs, it is at fault and
   * fails; else nobody can tell, and all that run are left to lose their leases. That is charged to their crash budgets, so a job
   * that does it again and again ends DEAD.
   */
  crash(error: unknown): void {
    const attempts = this.running;
    for (const attempt of attempts) attempt.isRunning = false;
    this.runningJobs = 0;
    this.endAll(attempts, attempts.length === 1 ? threw(error) : null);
  }

  /** The report was acknowledged, or is given up. */
  letGo(attempt: Attempt): void {
    this.held.delete(attempt);
  }

  private async run(attempt: Attempt): Promise<void> {
    const { handlers, logs, maxResultBytes, starting, wake } = this.options;
    this.runningJobs++;
    attempt.isRunning = true;
    attempt.startedAtMs = clock.monotonicMs();
    starting(attempt);
    const context = new AttemptContext(attempt, logs);
    const outcome = await runAttempt(attempt, handlers.for(attempt.job.type), context, maxResultBytes);
    this.prefetch.finished(clock.monotonicMs() - attempt.startedAtMs);
    if (!attempt.isRunning) return;
    this.runningJobs--;
    attempt.isRunning = false;
    this.startReady();
    this.end(attempt, outcome);
    wake();
  }

  private endAll(attempts: Attempt[], outcome: Outcome | null): void {
    for (const attempt of attempts) this.end(attempt, outcome);
  }

  /** Reports, after the attempt's own last log lines. */
  private end(attempt: Attempt, outcome: Outcome | null): void {
    const { logs, report, wake } = this.options;
    if (!outcome) return this.letGo(attempt);
    const text = reportText(attempt, outcome);
    if (!logs.isPending(attempt)) return report({ attempt, text });
    void logs.finish(attempt).then(() => {
      report({ attempt, text });
      wake();
    });
  }
}
