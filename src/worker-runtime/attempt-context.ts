import type { LogLevel } from '../contract/lease.dto.js';
import type { Attempt } from './attempt.js';
import { cutText } from './error-detail.js';
import type { HandlerContext } from './handler.js';
import { RetryAfterError, UnrecoverableError } from './handler-errors.js';
import type { JobLogs } from './job-logs.js';

const MAX_MESSAGE_LENGTH = 500;

/** One attempt as its handler sees it. Getters make what few handlers use only when it is asked for. */
export class AttemptContext implements HandlerContext {
  readonly #attempt: Attempt;
  readonly #logs: JobLogs;

  constructor(attempt: Attempt, logs: JobLogs) {
    this.#attempt = attempt;
    this.#logs = logs;
  }

  get jobId(): string {
    return this.#attempt.job.id;
  }

  get attempt(): number {
    return this.#attempt.job.attempt;
  }

  get payloadText(): string {
    return this.#attempt.payloadText;
  }

  get signal(): AbortSignal {
    return this.#attempt.signal;
  }

  get progress() {
    return (percent: number, message?: string): void => {
      if (Number.isFinite(percent)) this.#attempt.progress = Math.min(100, Math.max(0, percent));
      if (message !== undefined) this.#attempt.message = cutText(String(message), MAX_MESSAGE_LENGTH);
    };
  }

  get log() {
    return (message: string, level: LogLevel = 'info'): void => this.#logs.add(this.#attempt, String(message), level);
  }

  get UnrecoverableError() {
    return UnrecoverableError;
  }

  get RetryAfterError() {
    return RetryAfterError;
  }
}
