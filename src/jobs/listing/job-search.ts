import type { JobFilter } from '../../contract/job.dto.js';
import type { JobStatus } from '../../contract/job-state.js';
import { escapeLike } from '../../platform/database/like.js';
import { DomainError } from '../../platform/errors/domain-error.js';
import {
  HIGHEST_ID,
  idRangeOfPrefix,
  idRangeOfTime,
  intersection,
  LOWEST_ID,
  shortenedId,
  type IdRange,
} from './job-id-range.js';
import { SIDE_STATUSES, type Walk } from './walk-queries.js';

/** Each step of a path is looked for in each row. */
const MAX_PATH_STEPS = 16;
const SHOWN_PATH = 40;
const NO_IDS: IdRange = { low: HIGHEST_ID, high: LOWEST_ID };
const INDEXED_STATUSES = new Set<JobStatus>([...SIDE_STATUSES, 'PENDING', 'RUNNING']);

/** A filter made ready: which ids it leaves, the index to walk, and what each row must meet besides. */
export interface JobSearch {
  range: IdRange;
  walk: Walk;
  /** The walk to change to when the first windows hold too few matches; no order makes it fit for tags that many jobs carry. */
  rareWalk: Walk | null;
  tag: string | null;
  /** Whether few jobs carry the tag; undefined until somebody has looked. */
  isRare?: boolean;
  /** $4 to $16 of every walk. */
  conditions: readonly unknown[];
  /** Whether counters know how many jobs match: nothing is asked but statuses, type and queue. */
  isCounted: boolean;
}

/**
 * @param payload what is wanted at which path (`user.id`), as text
 * @throws DomainError `invalid_request` for a path of too many steps
 */
export function jobSearch(filter: JobFilter, payload: Readonly<Record<string, string>> = {}): JobSearch {
  const {
    status,
    type,
    queue,
    worker_id,
    tag,
    created_after,
    created_before,
    error,
    q,
    attempts_above,
    seconds_above,
  } = filter;
  const statuses = status == null || status.length === 0 ? null : [...new Set(status)];
  const text = q?.trim() ?? '';
  const short = shortenedId(text);
  const prefix = text === '' ? null : idRangeOfPrefix(short?.start ?? text);
  const paths = Object.entries(payload).map(([path, value]) => ({ path: readPath(path), value }));
  const ofTime = idRangeOfTime(created_after ?? undefined, created_before ?? undefined);
  const range = prefix === null ? ofTime : intersection(ofTime, prefix);
  return {
    range: range.low > range.high ? NO_IDS : range,
    walk: walkOf(filter, statuses),
    rareWalk: tag == null ? null : 'tag',
    tag: tag ?? null,
    conditions: [
      statuses,
      type ?? null,
      queue ?? null,
      worker_id ?? null,
      tag ?? null,
      created_after ?? null,
      created_before ?? null,
      error ?? null,
      text === '' || prefix !== null ? null : `%${escapeLike(text)}%`,
      paths.length === 0 ? null : JSON.stringify(paths),
      attempts_above ?? null,
      seconds_above ?? null,
      prefix === null ? null : (short?.end ?? null),
    ],
    isCounted:
      [worker_id, tag, created_after, created_before, error, attempts_above, seconds_above].every(
        (value) => value == null,
      ) &&
      text === '' &&
      paths.length === 0,
  };
}

function readPath(path: string): string[] {
  const steps = path.split('.', MAX_PATH_STEPS + 1);
  if (steps.length <= MAX_PATH_STEPS) return steps;
  const message = `is a path of more than ${MAX_PATH_STEPS} steps`;
  const field = `payload.${path.slice(0, SHOWN_PATH)}…`;
  throw new DomainError('invalid_request', `The request is not valid: ${field} ${message}.`, {
    details: [{ field, message }],
  });
}

/** The index that leaves least to look at, by rule of thumb: an error or a troubled status is rare, a type is one of some, a success is common. */
function walkOf({ type, queue, error }: JobFilter, statuses: readonly JobStatus[] | null): Walk {
  if (error != null) return 'error';
  if (statuses?.every((status) => INDEXED_STATUSES.has(status))) return 'status';
  if (type != null) return 'type';
  return queue == null ? 'created' : 'queue';
}
