import { setTimeout as delay } from 'node:timers/promises';
import { backoffSeconds, type BackoffPolicy } from '../contract/job-state.js';
import { random } from '../platform/random.js';
import { CallError } from './orchestrator-client.js';

const BACKOFF: BackoffPolicy = { kind: 'exponential', base_seconds: 0.2, cap_seconds: 5 };
/** Full jitter may draw zero; a dead port must not be hammered. */
const SHORTEST_WAIT_SECONDS = 0.05;
const LONGEST_RETRY_AFTER_SECONDS = 30;

/**
 * Makes a call again and again until it is answered, with jittered waits or those that the server asks for.
 * @throws CallError that is not transient; the signal's reason once it is aborted
 */
export async function repeatCall<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let failures = 1; ; failures++) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof CallError) || !error.isTransient) throw error;
      await delay(waitSeconds(error, failures) * 1000, undefined, { signal });
    }
  }
}

/** How long to wait after the `failures`-th failure in a row. */
export function waitSeconds(error: CallError, failures: number): number {
  const jittered = SHORTEST_WAIT_SECONDS + backoffSeconds(BACKOFF, failures, () => random.fraction());
  if (error.retryAfterSeconds === null) return jittered;
  return Math.min(error.retryAfterSeconds, LONGEST_RETRY_AFTER_SECONDS) + jittered / 10;
}
