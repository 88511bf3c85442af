import { Injectable } from '@nestjs/common';
import type { JobSummary } from '../../contract/job.dto.js';
import type { JobStatus } from '../../contract/job-state.js';
import { clock } from '../../platform/clock.js';
import { Database } from '../../platform/database/database.js';
import type { JobSearch } from './job-search.js';
import { walkJobs, WINDOWS, type Direction, type Shape } from './walk-queries.js';

/** How long a filter without an index may search. */
const SEARCH_MS = 2000;

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

  /** Up to `limit` ids. @param withinMs when to stop */
  ids(search: JobSearch, stretch: Stretch, withinMs: number): Promise<Walked<IdRow>> {
    return this.walk<IdRow>(search, stretch, 'id', withinMs);
  }

  private async walk<Row extends object>(
    search: JobSearch,
    stretch: Stretch,
    shape: Shape,
    withinMs: number,
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
      const found = await this.database.api.query<WalkRow & Row>(walkJobs(walk, direction, window, shape), [
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
