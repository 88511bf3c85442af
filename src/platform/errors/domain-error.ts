import type { ErrorCode, FieldError } from '../../contract/errors.js';

interface DomainErrorOptions {
  details?: FieldError[];
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** A broken rule of the domain or of the wire. The error filter, and nothing else, turns its code into an HTTP status. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ErrorCode;
  readonly details?: FieldError[];
  readonly retryAfterSeconds?: number;

  constructor(code: ErrorCode, message: string, { details, retryAfterSeconds, cause }: DomainErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
