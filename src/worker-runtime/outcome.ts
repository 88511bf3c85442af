import type { ErrorDetail } from '../contract/lease.dto.js';
import { DomainError } from '../platform/errors/domain-error.js';
import { JsonReader } from '../platform/json/json-reader.js';
import { DEFAULT_JSON_LIMITS } from '../platform/json/json-limits.js';
import { stopMessage, type Attempt } from './attempt.js';
import { errorDetail } from './error-detail.js';

/** How an attempt ended, ready to be reported. */
export type Outcome =
  | { status: 'SUCCESS'; resultText: string }
  | { status: 'FAILED' | 'TIMED_OUT'; error: ErrorDetail; retryable: boolean; retryAfterSeconds?: number }
  | { status: 'RELEASED' | 'CANCELLED' };

const LONGEST_WAIT_SECONDS = 366 * 24 * 3600;
/** Shorter texts can't nest too deeply: a level takes two characters. */
const SURELY_FLAT_LENGTH = DEFAULT_JSON_LIMITS.maxDepth * 2;

/** What a handler returned. A result that the API could not take fails the attempt, for good: another try would return it again. */
export function returned(value: unknown, maxResultBytes: number): Outcome {
  if (value === undefined) return { status: 'SUCCESS', resultText: 'null' };
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    return unusable(`is not JSON: ${(cause as Error).message}`);
  }
  if (text === undefined) return unusable(`is a ${typeof value}, which is not JSON`);
  const problem = resultProblem(text, maxResultBytes);
  return problem === undefined ? { status: 'SUCCESS', resultText: text } : unusable(problem);
}

/** What a handler threw. */
export function threw(error: unknown): Outcome {
  const hints = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const wait = hints['retryAfterSeconds'];
  return {
    status: 'FAILED',
    error: errorDetail(error),
    retryable: hints['retryable'] !== false,
    ...(typeof wait === 'number' && wait >= 0 ? { retryAfterSeconds: Math.min(wait, LONGEST_WAIT_SECONDS) } : {}),
  };
}

/** The end of an attempt that was told to stop; null when its lease is lost, and there is nothing to say. */
export function stopped(attempt: Attempt): Outcome | null {
  switch (attempt.stopReason) {
    case 'timeout':
      return {
        status: 'TIMED_OUT',
        error: { message: stopMessage('timeout', attempt.job), type: 'TimeoutError' },
        retryable: true,
      };
    case 'cancel':
      return { status: 'CANCELLED' };
    case 'lost':
      return null;
    default:
      return { status: 'RELEASED' };
  }
}

/** The text of a `Report`. */
export function reportText({ job }: Attempt, outcome: Outcome): string {
  const head = `{"job_id":"${job.id}","attempt":${job.attempt},"lease_token":"${job.lease_token}","status":"${outcome.status}"`;
  if (outcome.status === 'SUCCESS') return `${head},"result":${outcome.resultText}}`;
  if (!('error' in outcome)) return `${head}}`;
  const wait = outcome.retryAfterSeconds === undefined ? '' : `,"retry_after_seconds":${outcome.retryAfterSeconds}`;
  return `${head},"error":${JSON.stringify(outcome.error)},"retryable":${outcome.retryable}${wait}}`;
}

export function unusable(problem: string): Outcome {
  const message = `The handler has run, but its result ${problem}.`;
  return { status: 'FAILED', error: { message, type: 'ResultError' }, retryable: false };
}

/** What the API would refuse; it reads a result with the same reader. */
function resultProblem(text: string, maxBytes: number): string | undefined {
  if (text.length <= SURELY_FLAT_LENGTH && !text.includes('\\u')) return undefined;
  const bytes = text.length * 3 <= maxBytes ? 0 : Buffer.byteLength(text);
  if (bytes > maxBytes) return `has ${bytes} bytes, over the limit of ${maxBytes}`;
  try {
    new JsonReader(`{"result":${text}}`, {
      maxDepth: DEFAULT_JSON_LIMITS.maxDepth,
      rawBytes: { result: maxBytes },
    }).read();
    return undefined;
  } catch (error) {
    if (error instanceof DomainError) return error.details?.[0]?.message ?? error.message;
    throw error;
  }
}
