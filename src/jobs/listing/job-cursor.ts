import type { JOB_SORTS } from '../../contract/job.dto.js';
import { DomainError } from '../../platform/errors/domain-error.js';

export type JobSort = (typeof JOB_SORTS)[number];

/** A place in a sorted list: the page after or before a job. The job need not exist any more, nor match the filter. */
export interface JobCursor {
  side: 'after' | 'before';
  id: string;
}

const FORM = /^(after|before) (-?created_at) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The cursor as callers carry it, opaque to them. It belongs to one sort order; filters may change between pages. */
export function writeCursor({ side, id }: JobCursor, sort: JobSort): string {
  return Buffer.from(`${side} ${sort} ${id}`).toString('base64url');
}

/** @throws DomainError `invalid_request` for a text that no list gave out, or gave out for the other order */
export function readCursor(text: string, sort: JobSort): JobCursor {
  const parts = FORM.exec(Buffer.from(text, 'base64url').toString('latin1'));
  if (!parts) throw badCursor('is not a cursor of this list');
  const [, side, of, id] = parts as unknown as [string, JobCursor['side'], JobSort, string];
  if (of !== sort) throw badCursor(`belongs to a list sorted by ${of}`);
  return { side, id };
}

function badCursor(message: string): DomainError {
  return new DomainError('invalid_request', `The request is not valid: cursor ${message}.`, {
    details: [{ field: 'cursor', message }],
  });
}
