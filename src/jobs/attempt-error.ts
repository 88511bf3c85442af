import { createHash } from 'node:crypto';
import type { ErrorDetail } from '../contract/lease.dto.js';
import { errorPattern } from './error-message.js';

const MAX_LENGTH = 8192;
const CUT_MARK = '… [cut]';

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

/** What errors that are "the same" have in common: job type, class, and the message without what differs each time. */
export function errorGroup(jobType: string, error: AttemptError): { fingerprint: string; message: string } {
  const message = errorPattern(error.message);
  // Some hex ids happen to be all digits: to a person they read as numbers, to the group the two are one.
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([jobType, error.type, message.replaceAll('<id>', '<n>')]))
    .digest('hex')
    .slice(0, 16);
  return { fingerprint, message };
}

function cut(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  const end = MAX_LENGTH - CUT_MARK.length;
  // Half a surrogate pair cannot be stored.
  const isSplit = /[\ud800-\udbff]/.test(text.charAt(end - 1));
  return text.slice(0, isSplit ? end - 1 : end) + CUT_MARK;
}
