import type { LeasedJob, LogLevel } from '../contract/lease.dto.js';
import type { RetryAfterError, UnrecoverableError } from './handler-errors.js';

/** What a handler gets beside the job. Every member may be destructured. */
export interface HandlerContext {
  readonly jobId: string;
  /** Counts from 1. Effects that must happen once dedupe on `(jobId, attempt)` or on the job's id. */
  readonly attempt: number;
  /** The payload as JSON text, with numbers beyond 2^53 exact. */
  readonly payloadText: string;
  /**
   * Aborted when the attempt is to stop: time limit, cancel, lost lease, shutdown; `signal.reason` says which. From then on what the
   * handler returns or throws is ignored, so clean up and return.
   */
  readonly signal: AbortSignal;
  /** Shown on the dashboard with the next heartbeat. */
  readonly progress: (percent: number, message?: string) => void;
  /** Kept with the attempt, best effort: at most 1,000 lines of 8 kB. */
  readonly log: (message: string, level?: LogLevel) => void;
  readonly UnrecoverableError: typeof UnrecoverableError;
  readonly RetryAfterError: typeof RetryAfterError;
}

/**
 * Does the work of one job type. What it returns is the job's result and must be JSON (`undefined` counts as null); what it throws
 * fails the attempt.
 */
export type Handler = (job: Readonly<LeasedJob>, context: HandlerContext) => unknown;
