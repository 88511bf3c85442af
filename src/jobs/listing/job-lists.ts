import { Injectable } from '@nestjs/common';
import type { JobList, JobSummary, ListJobsQuery } from '../../contract/job.dto.js';
import { clock } from '../../platform/clock.js';
import { DomainError } from '../../platform/errors/domain-error.js';
import { readCursor, writeCursor, type JobCursor } from './job-cursor.js';
import { timeOfId } from './job-id-range.js';
import { jobSearch, type JobSearch } from './job-search.js';
import { JobTotals, type JobTotal } from './job-totals.js';
import { JobWalker, type SearchLimits, type Stretch, type Walked } from './job-walker.js';

const DEFAULT_LIMIT = 50;
const MAX_PAYLOAD_FILTERS = 5;
/** How long a filter without an index may search. */
const SEARCH_MS = 2000;
/** Where a count that nobody keeps stops. */
const MAX_COUNTED = 10_000;
const COUNT_MS = 300;

/** Pages of jobs, each at the same cost however deep it lies. */
@Injectable()
export class JobLists {
  constructor(
    private readonly walker: JobWalker,
    private readonly totals: JobTotals,
  ) {}

  /**
   * @param caller whose searches take turns, and who may leave
   * @throws DomainError `invalid_request` for a cursor that is not of this list, and for parameters that exclude each other
   */
  async list(query: ListJobsQuery, caller: Omit<SearchLimits, 'withinMs'>): Promise<JobList> {
    const { payload = {}, sort = '-created_at' } = query;
    if (Object.keys(payload).length > MAX_PAYLOAD_FILTERS) throw tooManyFilters();
    if (query.id !== undefined) return this.named(query.id, query);
    const cursor = query.cursor === undefined ? null : readCursor(query.cursor, sort);
    if (cursor && query.offset) throw excluded('offset', 'cursor');
    const search = jobSearch(query, payload);
    const [walked, counted] = await Promise.all([
      this.walker.summaries(search, stretchOf(query, cursor), shapeOf(query), { ...caller, withinMs: SEARCH_MS }),
      this.totals.count(search),
    ]);
    const page = pageOf(query, cursor, walked);
    const isWhole = cursor === null && page.next_cursor === null;
    const countFor = query.count === true ? { ...caller, withinMs: COUNT_MS } : null;
    const total = isWhole ? { total: walked.matched } : await this.total(search, walked, counted, countFor);
    return { ...page, ...total, as_of: counted.asOf.toISOString() };
  }

  /** Just these jobs. */
  private async named(ids: readonly string[], { include, ...others }: ListJobsQuery): Promise<JobList> {
    const [other] = Object.keys(others).filter((key) => key !== 'id');
    if (other !== undefined) throw excluded(other, 'id');
    const asOf = clock.now();
    const jobs = await this.walker.named(ids, shapeOf({ include }));
    return {
      jobs,
      next_cursor: null,
      previous_cursor: null,
      total: jobs.length,
      is_partial: false,
      searched: jobs.length,
      searched_to: null,
      as_of: asOf.toISOString(),
    };
  }

  private async total(
    search: JobSearch,
    { looked, matched }: Walked<object>,
    counted: JobTotal,
    countFor: SearchLimits | null,
  ): Promise<Pick<JobList, 'total' | 'total_at_least' | 'total_estimate'>> {
    if (search.isCounted) return counted.isExact ? { total: counted.n } : { total_estimate: counted.n };
    if (countFor) {
      const { n, isCut } = await this.walker.count(search, MAX_COUNTED, countFor);
      return isCut ? { total_at_least: Math.max(n, matched) } : { total: n };
    }
    // What share of the rows matched so far, taken for all that the counters know of. Walks along rarer things say nothing about it.
    if (looked === 0 || search.walk === 'error' || search.rareWalk !== null) return {};
    return { total_estimate: Math.max(matched, Math.round((counted.n * matched) / looked)) };
  }
}

function shapeOf({ include }: Pick<ListJobsQuery, 'include'>): 'preview' | 'summary' {
  return include?.includes('payload_preview') ? 'preview' : 'summary';
}

function stretchOf({ sort, offset = 0, limit = DEFAULT_LIMIT }: ListJobsQuery, cursor: JobCursor | null): Stretch {
  const isBackwards = cursor?.side === 'before';
  return {
    direction: (sort === 'created_at') !== isBackwards ? 'up' : 'down',
    from: cursor?.id ?? null,
    skip: offset,
    limit: limit + 1,
  };
}

/** One row more than the page holds was asked for: whether it came says whether there is another page. */
function pageOf(
  { sort = '-created_at', offset = 0, limit = DEFAULT_LIMIT }: ListJobsQuery,
  cursor: JobCursor | null,
  { rows, looked, stoppedAt }: Walked<JobSummary>,
): Omit<JobList, 'as_of'> {
  const hasMore = rows.length > limit;
  const jobs = rows.slice(0, limit);
  const onwards = hasMore ? jobs.at(-1)!.id : stoppedAt;
  const back = jobs.length > 0 && (cursor !== null || offset > 0) ? jobs[0]!.id : null;
  const isBackwards = cursor?.side === 'before';
  const write = (side: JobCursor['side'], id: string | null) => id && writeCursor({ side, id }, sort);
  const isPartial = !hasMore && stoppedAt !== null;
  return {
    jobs: isBackwards ? jobs.reverse() : jobs,
    next_cursor: write('after', isBackwards ? back : onwards),
    previous_cursor: write('before', isBackwards ? onwards : back),
    is_partial: isPartial,
    searched: looked,
    searched_to: isPartial ? new Date(timeOfId(stoppedAt)).toISOString() : null,
  };
}

function excluded(field: string, by: string): DomainError {
  const message = `excludes ${by}`;
  return new DomainError('invalid_request', `The request is not valid: ${field} ${message}.`, {
    details: [{ field, message }],
  });
}

function tooManyFilters(): DomainError {
  const message = `at most ${MAX_PAYLOAD_FILTERS} payload filters are possible`;
  return new DomainError('invalid_request', `The request is not valid: ${message}.`, {
    details: [{ field: 'payload', message }],
  });
}
