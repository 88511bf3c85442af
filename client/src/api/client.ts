import createClient from 'openapi-fetch';
import type { paths } from '../../../src/contract/openapi-types.js';
import { createStore } from '../ui/external-store.js';
import { ApiError } from './api-error.js';
import { parseJson, stringifyJson } from './lossless.js';

const TIME_LIMIT_MS = 10_000;

/** The only way to the API; typed by the OpenAPI document that the server generates. */
export const client = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: 'same-origin',
  querySerializer: { array: { style: 'form', explode: false } },
  bodySerializer: (body) => stringifyJson(body),
});

/** Whether the last call reached the server. */
export const isServerReachable = createStore(true);

/** True once the server asked for a key; the router then shows the login page. */
export const isSessionLost = createStore(false);

interface CallOptions {
  signal: AbortSignal;
  parseAs: 'json';
}

interface CallResult<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/**
 * Runs one call of `client` under the time limit and answers its body, or throws an ApiError. The body is fetched as text (which the
 * types need not know) and parsed here, so that numbers beyond 2^53 keep their digits.
 */
export async function answer<T>(
  call: (options: CallOptions) => Promise<CallResult<T>>,
  abort?: AbortSignal,
): Promise<T> {
  const timeLimit = AbortSignal.timeout(TIME_LIMIT_MS);
  const options = { signal: abort ? AbortSignal.any([abort, timeLimit]) : timeLimit, parseAs: 'text' };
  let result: CallResult<T>;
  try {
    result = await call(options as unknown as CallOptions);
  } catch (error) {
    if (abort?.aborted) throw error;
    isServerReachable.set(false);
    throw ApiError.fromFailure(error);
  }
  if (!result.response.ok) throw refused(result.response, result.error);
  isServerReachable.set(true);
  return (typeof result.data === 'string' ? parseJson(result.data) : result.data) as T;
}

function refused(response: Response, body: unknown): ApiError {
  const error = ApiError.fromResponse(response, body);
  isServerReachable.set(!error.isOffline);
  if (response.status === 401) isSessionLost.set(true);
  return error;
}
