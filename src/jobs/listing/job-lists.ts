import { Injectable } from '@nestjs/common';
import type { JobList, ListJobsQuery } from '../../contract/job.dto.js';
import { DomainError } from '../../platform/errors/domain-error.js';
import { readCursor, writeCursor, type JobCursor } from './job-cursor.js';
import { jobSearch, type JobSearch } from './job-search.js';
import { JobTotals, type JobTotal } from './job-totals.js';
import { JobWalker, type Walked } from './job-walker.js';

const DEFAULT_LIMIT = 50;
const MAX_PAYLOAD_FILTERS = 5;

/** Pages of jobs, each at the same cost however deep it lies. */
@Injectable()
export class JobLists {
  constructor(
    private readonly walker: JobWalker,
    private readonly totals: JobTotals,
  ) {}

  /** @throws DomainError `invalid_request` for a cursor that is not of this list, or comes with an offset */
  async list(query: ListJobsQuery): Promise<JobList> {
    const { limit = DEFAULT_LIMIT, offset = 0, sort = '-created_at', payload = {} } = query;
    if (Object.keys(payload).length > MAX_PAYLOAD_FILTERS) throw tooManyFilters();
    const cursor = query.cursor === undefined ? null : readCursor(query.cursor, sort);
    if (cursor && offset > 0) throw cursorWithOffset();
    const search = jobSearch(query, payload);
    const isBackwards = cursor?.side === 'before';
    const [walked, total] = await Promise.all([
      this.walker.summaries(
        search,
        {
          direction: (sort === 'created_at') !== isBackwards ? 'up' : 'down',
          from: cursor?.id ?? null,
          skip: offset,
          limit: limit + 1,
        },
        query.include?.includes('payload_preview') ? 'preview' : 'summary',
      ),
      this.totals.count(search),
    ]);
    const hasMore = walked.rows.length > limit;
    const jobs = walked.rows.slice(0, limit);
    const onwards = hasMore ? jobs.at(-1)!.id : walked.stoppedAt;
    const back = jobs.length > 0 && (cursor !== null || offset > 0) ? jobs[0]!.id : null;
    const write = (side: JobCursor['side'], id: string | null) => id && writeCursor({ side, id }, sort);
    return {
      jobs: isBackwards ? jobs.reverse() : jobs,
      next_cursor: write('after', isBackwards ? back : onwards),
      previous_cursor: write('before', isBackwards ? onwards : back),
      ...totalOf(search, walked, total, cursor === null && !hasMore),
      is_partial: !hasMore && walked.stoppedAt !== null,
    };
  }
}

/** @param isWhole whether the walk went from the start of the list as far as it goes */
function totalOf(
  search: JobSearch,
  { looked, matched, stoppedAt }: Walked<object>,
  counted: JobTotal,
  isWhole: boolean,
): Pick<JobList, 'total' | 'total_estimate'> {
  if (isWhole && stoppedAt === null) return { total: matched };
  if (search.isCounted) return counted.isExact ? { total: counted.n } : { total_estimate: counted.n };
  // What share of the rows matched so far, taken for all that the counters know of. Walks along rarer things say nothing about it.
  if (looked === 0 || search.walk === 'error' || search.rareWalk !== null) return {};
  return { total_estimate: Math.max(matched, Math.round((counted.n * matched) / looked)) };
}

function cursorWithOffset(): DomainError {
  const message = 'excludes cursor';
  return new DomainError('invalid_request', `The request is not valid: offset ${message}.`, {
    details: [{ field: 'offset', message }],
  });
}

function tooManyFilters(): DomainError {
  const message = `at most ${MAX_PAYLOAD_FILTERS} payload filters are possible`;
  return new DomainError('invalid_request', `The request is not valid: ${message}.`, {
    details: [{ field: 'payload', message }],
  });
}
