import { Injectable } from '@nestjs/common';
import type { JobSummary } from '../../contract/job.dto.js';
import type { JobStatus } from '../../contract/job-state.js';
import { clock } from '../../platform/clock.js';
import { Database } from '../../platform/database/database.js';
import { isOverTime } from '../../platform/database/database-error.js';
import type { Queryable } from '../../platform/database/lane.js';
import type { JobSearch } from './job-search.js';
import { findJobs, limitTime, walkJobs, WINDOWS, type Direction, type Shape } from './walk-queries.js';

/** How long a filter without an index may search. */
const SEARCH_MS = 2000;
/** A count goes on in such pieces, so that what was counted is known when time is up. */
const COUNTED_AT_ONCE = 1999;

/** Where a walk starts and how far it goes. */
export interface Stretch {
  direction: Direction;
  /** The job to start behind; null: at the end of the list. */
  from: string | null;
  skip: number;
  limit: number;
}

/** What a walk found. */
export interface Walked<Row> {
  rows: Row[];
  /** Rows that were looked at, matches among them (skipped ones included). */
  looked: number;
  matched: number;
  /** The row at which time ran out; null when it did not. */
  stoppedAt: string | null;
}

export interface IdRow {
  id: string;
  status: JobStatus;
}

interface WalkRow {
  id: string;
  is_match: boolean;
  walked: number;
  matched: number;
}

/** Walks the jobs that match a filter in the order of their ids. */
@Injectable()
export class JobWalker {
  constructor(private readonly database: Database) {}

  /** Up to `limit` jobs as lists show them, within two seconds or nearly so. */
  summaries(search: JobSearch, stretch: Stretch, shape: Exclude<Shape, 'id'>): Promise<Walked<JobSummary>> {
    return this.walk<JobSummary>(search, stretch, shape, SEARCH_MS);
  }

  /** The jobs of these ids as lists show them, newest first; those that are gone are left out. */
  named(ids: readonly string[], shape: Exclude<Shape, 'id'>): Promise<JobSummary[]> {
    return this.database.api.query<JobSummary>(findJobs(shape), [ids]);
  }

  /** How many jobs match, counted up to `limit` for so long; `isCut` when there may be more. */
  async count(search: JobSearch, limit: number, withinMs: number): Promise<{ n: number; isCut: boolean }> {
    const endsAt = clock.monotonicMs() + withinMs;
    let [n, from]: [number, string | null] = [0, null];
    try {
      do {
        const leftMs = endsAt - clock.monotonicMs();
        if (leftMs <= 0) return { n, isCut: true };
        const stretch: Stretch = { direction: 'down', from, skip: 0, limit: Math.min(COUNTED_AT_ONCE, limit - n) };
        const found = await this.database.api.transaction(async (transaction) => {
          await transaction.query(limitTime, [String(Math.ceil(leftMs))]);
          return this.walk<IdRow>(search, stretch, 'id', leftMs, transaction);
        });
        n += found.matched;
        from = found.rows.length < stretch.limit ? found.stoppedAt : found.rows.at(-1)!.id;
      } while (from !== null && n < limit);
      return { n, isCut: from !== null };
    } catch (error) {
      if (isOverTime(error)) return { n, isCut: true };
      throw error;
    }
  }

  /** Up to `limit` ids. @param withinMs when to stop */
  ids(search: JobSearch, stretch: Stretch, withinMs: number): Promise<Walked<IdRow>> {
    return this.walk<IdRow>(search, stretch, 'id', withinMs);
  }

  private async walk<Row extends object>(
    search: JobSearch,
    stretch: Stretch,
    shape: Shape,
    withinMs: number,
    on: Queryable = this.database.api,
  ): Promise<Walked<Row>> {
    const { low, high } = search.range;
    const { direction, limit } = stretch;
    const endsAt = clock.monotonicMs() + withinMs;
    const walked: Walked<Row> = { rows: [], looked: 0, matched: 0, stoppedAt: null };
    let position = stretch.from;
    for (let turn = firstTurn(stretch); ; turn++) {
      const window = WINDOWS[turn] ?? WINDOWS[3];
      const walk =
        turn >= WINDOWS.length - 1 && walked.looked > 0 && search.rareWalk !== null ? search.rareWalk : search.walk;
      const found = await on.query<WalkRow & Row>(walkJobs(walk, direction, window, shape), [
        direction === 'up' && position !== null && position > low ? position : low,
        direction === 'down' && position !== null && position < high ? position : high,
        position,
        ...search.conditions,
        Math.max(0, stretch.skip - walked.matched),
        limit - walked.rows.length,
      ]);
      const last = found.at(-1);
      const skipped = Math.max(0, stretch.skip - walked.matched);
      walked.rows.push(...found.filter((row) => row.is_match && row.matched > skipped).map(asRow<Row>));
      walked.looked += last?.walked ?? 0;
      walked.matched += last?.matched ?? 0;
      if (walked.rows.length >= limit || last?.walked !== window) return walked;
      position = last.id;
      if (clock.monotonicMs() >= endsAt) return { ...walked, stoppedAt: position };
    }
  }
}

/** The smallest window that may hold the whole page. */
function firstTurn({ skip, limit }: Stretch): number {
  const turn = WINDOWS.findIndex((window) => window >= skip + limit);
  return turn === -1 ? WINDOWS.length - 1 : turn;
}

function asRow<Row extends object>(row: WalkRow & Row): Row {
  const { is_match: _is, walked: _walked, matched: _matched, ...rest } = row;
  return rest as unknown as Row;
}
