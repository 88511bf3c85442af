import type { IncomingMessage } from 'node:http';
import { random } from '../random.js';

const REQUEST_ID = /^[\w.-]{1,64}$/;

/** The id of a request: the one it was given before, else the caller's `x-request-id` if that is harmless in a log, else a new one. */
export function requestIdOf(request: IncomingMessage & { id?: unknown }): string {
  if (typeof request.id === 'string') return request.id;
  const given = request.headers['x-request-id'];
  request.id = typeof given === 'string' && REQUEST_ID.test(given) ? given : random.token();
  return request.id as string;
}
