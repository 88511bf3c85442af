import { clock } from '../platform/clock.js';
import type { Logger } from '../platform/logger.js';
import type { Attempt } from './attempt.js';

const LOOK_MS = 100;
/** How long a handler that was told to stop may take; the orchestrator itself ends an attempt 10 s after its time limit. */
export const STOP_GRACE_MS = 5_000;
/** The part of a lease after which, without an acknowledged renewal, the worker stops by itself: ahead of the lease's end. */
const FENCE_PART = 2 / 3;

interface WatchOptions {
  logger: Logger;
  running: () => Iterable<Attempt>;
  /** When the last acknowledged heartbeat was sent. */
  renewedAtMs: () => number;
  /** Whatever else is to be done now and then. */
  tick: (nowMs: number) => void;
}

/** Looks over the running attempts ten times a second: one timer for all time limits, however many jobs run. */
export class AttemptWatch {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: WatchOptions) {}

  start(): void {
    this.timer = setInterval(() => this.look(clock.monotonicMs()), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(nowMs: number): void {
    const { running, renewedAtMs, tick } = this.options;
    const renewed = renewedAtMs();
    for (const attempt of running()) {
      if (attempt.stopReason) this.checkGrace(attempt, nowMs);
      else if (nowMs >= attempt.deadlineMs) attempt.stop('timeout', nowMs);
      else this.checkFence(attempt, Math.max(renewed, attempt.takenAtMs), nowMs);
    }
    tick(nowMs);
  }

  private checkFence(attempt: Attempt, renewedAtMs: number, nowMs: number): void {
    if (nowMs - renewedAtMs < attempt.job.lease_seconds * 1000 * FENCE_PART) return;
    const { id, type } = attempt.job;
    this.options.logger.warn({ job: id, type }, 'no orchestrator renews its lease: the attempt is stopped');
    attempt.stop('silence', nowMs);
  }

  private checkGrace(attempt: Attempt, nowMs: number): void {
    if (nowMs - attempt.stoppedAtMs < STOP_GRACE_MS) return;
    const { id, type } = attempt.job;
    this.options.logger.warn(
      { job: id, type, reason: attempt.stopReason },
      'the handler ignores its abort signal: its slot is freed although it may still run',
    );
    attempt.abandon();
  }
}
