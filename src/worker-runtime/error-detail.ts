import { inspect } from 'node:util';
import type { ErrorDetail } from '../contract/lease.dto.js';

const MAX_BYTES = 8 * 1024;
const MAX_TYPE_LENGTH = 200;
const MAX_CAUSES = 3;
/** NUL and half surrogate pairs. */
const UNTAKEABLE = /\0|\p{Surrogate}/gu;
const CUT_MARK = ' … (cut)';

/** What a handler threw, as a report carries it: an Error with its class, stack and causes, or anything else as text. */
export function errorDetail(thrown: unknown): ErrorDetail {
  if (!(thrown instanceof Error)) {
    return { message: cutText(typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 2 }), MAX_BYTES) };
  }
  return {
    message: cutText(String(thrown.message) || 'The handler threw an error without a message.', MAX_BYTES),
    type: cutText(String(thrown.name), MAX_TYPE_LENGTH),
    stack: cutText(stackWithCauses(thrown), MAX_BYTES),
  };
}

function stackWithCauses(error: Error): string {
  let text = String(error.stack ?? error);
  let { cause } = error;
  for (let count = 0; cause !== undefined && count < MAX_CAUSES; count++) {
    text += `\nCaused by: ${cause instanceof Error ? (cause.stack ?? String(cause)) : inspect(cause, { depth: 1 })}`;
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return text;
}

/** Text that the API takes (no NUL, no half surrogate pair), in at most `maxBytes` of UTF-8, marked when something was cut off. */
export function cutText(text: string, maxBytes: number): string {
  const clean = text.replace(UNTAKEABLE, '\ufffd');
  if (clean.length * 3 <= maxBytes || Buffer.byteLength(clean) <= maxBytes) return clean;
  const kept = Buffer.from(clean).subarray(0, maxBytes - Buffer.byteLength(CUT_MARK));
  // A character cut in two decodes to a replacement mark.
  return kept.toString().replace(/\ufffd{1,3}$/, '') + CUT_MARK;
}
