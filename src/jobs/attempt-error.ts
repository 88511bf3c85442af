import { createHash } from 'node:crypto';
import type { ErrorDetail } from '../contract/lease.dto.js';

const MAX_LENGTH = 8192;
const CUT_MARK = '… [cut]';
/** What the group's message may have: enough to recognise it by. */
const MAX_GROUP_MESSAGE = 300;

/** Why an attempt failed, as it is kept. */
export interface AttemptError {
  message: string;
  type: string | null;
  stack: string | null;
}

/** The error of a report, cut to 8 kB a part, and marked where it was cut. */
export function attemptError(reported: string | ErrorDetail | null | undefined, fallback: string): AttemptError {
  if (typeof reported === 'string') return { message: cut(reported || fallback), type: null, stack: null };
  return {
    message: cut(reported?.message || fallback),
    type: reported?.type || null,
    stack: reported?.stack ? cut(reported.stack) : null,
  };
}

/** What errors that are "the same" have in common: job type, class, and the message without ids and numbers. */
export function errorGroup(jobType: string, error: AttemptError): { fingerprint: string; message: string } {
  const message = normalise(error.message);
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([jobType, error.type, message]))
    .digest('hex')
    .slice(0, 16);
  return { fingerprint, message };
}

function normalise(message: string): string {
  const [firstLine = ''] = message.trim().split('\n', 1);
  return firstLine
    .slice(0, 4 * MAX_GROUP_MESSAGE)
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>')
    .replaceAll(/\b0x[0-9a-f]+\b|\b(?=[a-z]*\d)(?=\d*[a-z])[0-9a-f]{8,}\b/gi, '<id>')
    .replaceAll(/\d+(?:[.,:]\d+)*/g, '<n>')
    .slice(0, MAX_GROUP_MESSAGE);
}

function cut(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  const end = MAX_LENGTH - CUT_MARK.length;
  // Half a surrogate pair cannot be stored.
  const isSplit = /[\ud800-\udbff]/.test(text.charAt(end - 1));
  return text.slice(0, isSplit ? end - 1 : end) + CUT_MARK;
}
