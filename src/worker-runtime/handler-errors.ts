/**
 * Thrown by a handler when another try cannot help: the job ends FAILED at once. Any error with `retryable: false` does the same.
 */
export class UnrecoverableError extends Error {
  override readonly name = 'UnrecoverableError';
  readonly retryable = false;
}

/**
 * Thrown by a handler that knows when the next try makes sense, as after a 429. Any error with `retryAfterSeconds` does the same.
 */
export class RetryAfterError extends Error {
  override readonly name = 'RetryAfterError';

  constructor(
    message: string,
    readonly retryAfterSeconds: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
