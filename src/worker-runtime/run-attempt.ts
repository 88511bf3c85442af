import type { Attempt } from './attempt.js';
import type { Handler, HandlerContext } from './handler.js';
import { returned, stopped, threw, type Outcome } from './outcome.js';

/**
 * Runs one attempt to its end. Never rejects.
 * - What stops it from outside (`attempt.stop`: time limit, cancel, lost lease, silence, shutdown) decides the outcome, whatever the
 *   handler makes of its signal.
 * - A handler that ignores its signal is abandoned (`attempt.abandon`): it may go on, but its slot is free and it is no longer heard.
 * @returns null when there is nothing to report, because the lease is lost
 */
export async function runAttempt(
  attempt: Attempt,
  handler: Handler,
  context: HandlerContext,
  maxResultBytes: number,
): Promise<Outcome | null> {
  try {
    const value = await attempt.unlessAbandoned(handler(attempt.job, context));
    return attempt.stopReason ? stopped(attempt) : returned(value, maxResultBytes);
  } catch (error) {
    return attempt.stopReason ? stopped(attempt) : threw(error);
  }
}
