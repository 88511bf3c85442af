import { Injectable } from '@nestjs/common';
import type { JobSummary } from '../../contract/job.dto.js';
import type { JobStatus } from '../../contract/job-state.js';
import { clock } from '../../platform/clock.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/errors/domain-error.js';
import { HIGHEST_ID, LOWEST_ID } from './job-id-range.js';
import type { JobSearch } from './job-search.js';
import { SearchTurns } from './search-turns.js';
import {
  countTagged,
  findJobs,
  MOST_RARE,
  walkJobs,
  WINDOWS,
  type Direction,
  type Shape,
  type Walk,
  type Window,
} from './walk-queries.js';

/** The largest page. A walk that has to look further than its first page is a search, and waits for its turn. */
const FREE_WINDOW = WINDOWS[1];
/** Without enough matches among so many rows, they are rare. */
const FEW = WINDOWS[2];
/** A count goes on in such pieces, so that what was counted is known when time is up. */
const COUNTED_AT_ONCE = 1999;
const LAST_TURN = WINDOWS.length - 1;

/** Who searches, and for how long. */
export interface SearchLimits {
  withinMs: number;
  /** Of whose searches one runs at a time. */
  caller: string;
  /** Aborted when the caller has left: what the database does for him ends. */
  signal?: AbortSignal;
}

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

/** One walk under way. */
interface Walking<Row> extends Stretch {
  search: JobSearch;
  shape: Shape;
  found: Walked<Row>;
  position: string | null;
  startedAt: number;
  /** Aborted when time is up, or the caller has left. */
  signal: AbortSignal;
}

/** Walks the jobs that match a filter in the order of their ids. */
@Injectable()
export class JobWalker {
  constructor(
    private readonly database: Database,
    private readonly turns: SearchTurns,
  ) {}

  /** @throws DomainError `too_many_requests` when time was up before a page at an offset could be begun */
  summaries(
    search: JobSearch,
    stretch: Stretch,
    shape: 'summary' | 'preview',
    limits: SearchLimits,
  ): Promise<Walked<JobSummary>> {
    return this.walk<JobSummary>(search, stretch, shape, limits);
  }

  /** The jobs of these ids as lists show them, newest first; those that are gone are left out. */
  named(ids: readonly string[], shape: Exclude<Shape, 'id'>): Promise<JobSummary[]> {
    return this.database.read.query<JobSummary>(findJobs(shape), [ids]);
  }

  /** How many jobs match, counted up to `limit`; `isCut` when there may be more. */
  async count(search: JobSearch, limit: number, limits: SearchLimits): Promise<{ n: number; isCut: boolean }> {
    const endsAt = clock.monotonicMs() + limits.withinMs;
    let [n, from]: [number, string | null] = [0, null];
    do {
      const withinMs = endsAt - clock.monotonicMs();
      if (withinMs <= 0) return { n, isCut: true };
      const stretch: Stretch = { direction: 'down', from, skip: 0, limit: Math.min(COUNTED_AT_ONCE, limit - n) };
      const found = await this.ids(search, stretch, { ...limits, withinMs });
      n += found.matched;
      from = found.rows.length < stretch.limit ? found.stoppedAt : found.rows.at(-1)!.id;
    } while (from !== null && n < limit);
    return { n, isCut: from !== null };
  }

  /** Up to `limit` ids. */
  ids(search: JobSearch, stretch: Stretch, limits: SearchLimits): Promise<Walked<IdRow>> {
    return this.walk<IdRow>(search, stretch, 'id', limits);
  }

  private async walk<Row extends object>(
    search: JobSearch,
    stretch: Stretch,
    shape: Shape,
    limits: SearchLimits,
  ): Promise<Walked<Row>> {
    const timeIsUp = AbortSignal.timeout(Math.max(0, Math.ceil(limits.withinMs)));
    const signal = limits.signal ? AbortSignal.any([timeIsUp, limits.signal]) : timeIsUp;
    const found: Walked<Row> = { rows: [], looked: 0, matched: 0, stoppedAt: null };
    const startedAt = clock.monotonicMs();
    const walking: Walking<Row> = { ...stretch, search, shape, found, position: stretch.from, startedAt, signal };
    const endsAt = startedAt + limits.withinMs;
    let endTurn: (() => void) | null = null;
    try {
      for (let turn = firstTurn(stretch); ; turn = nextTurn(turn, walking, endsAt)) {
        const window = WINDOWS[turn]!;
        const isSearch = window > FREE_WINDOW || found.looked > 0;
        if (isSearch) endTurn ??= await this.turns.take(limits.caller, signal);
        if (isSearch && !endTurn) return cutShort(walking);
        const walked = await this.step(walking, await this.walkOf(walking), window);
        if (found.rows.length >= stretch.limit || walked < window) return found;
        if (clock.monotonicMs() >= endsAt) return cutShort(walking);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
      return cutShort(walking);
    } finally {
      endTurn?.();
    }
  }

  /** The index to go along. To that of tags when matches are rare, unless the tag itself is not. */
  private async walkOf({ search, found, signal }: Walking<object>): Promise<Walk> {
    if (found.looked < FEW || search.rareWalk === null) return search.walk;
    search.isRare ??= await this.isRare(search, signal);
    return search.isRare ? search.rareWalk : search.walk;
  }

  private async isRare({ tag }: JobSearch, signal: AbortSignal): Promise<boolean> {
    const [row] = await this.database.read.query<{ n: number }>(countTagged, [tag], signal);
    return row!.n <= MOST_RARE;
  }

  /** Looks at one window. @returns how many rows were there to look at */
  private async step<Row extends object>(walking: Walking<Row>, walk: Walk, window: Window): Promise<number> {
    const { search, direction, shape, position, found, skip, limit } = walking;
    const { low, high } = search.range;
    const skipping = Math.max(0, skip - found.matched);
    const rows = await this.database.read.query<WalkRow & Row>(
      walkJobs(walk, direction, window, shape),
      [
        direction === 'up' && position !== null && position > low ? position : low,
        direction === 'down' && position !== null && position < high ? position : high,
        position,
        ...search.conditions,
        skipping,
        limit - found.rows.length,
      ],
      walking.signal,
    );
    const last = rows.at(-1);
    found.rows.push(...rows.filter((row) => row.is_match && row.matched > skipping).map(asRow<Row>));
    found.looked += last?.walked ?? 0;
    found.matched += last?.matched ?? 0;
    walking.position = last?.id ?? position;
    return last?.walked ?? 0;
  }
}

/** What was found so far; the cursor leads on from the last row that was looked at, or from the start when that was none. */
function cutShort<Row>({ found, position, direction, skip }: Walking<Row>): Walked<Row> {
  if (found.looked === 0 && skip > 0) {
    throw new DomainError(
      'too_many_requests',
      'Too many searches run just now: try again, or follow cursors instead of an offset.',
    );
  }
  return { ...found, stoppedAt: position ?? (direction === 'down' ? HIGHEST_ID : LOWEST_ID) };
}

/** The smallest window that may hold the whole page. */
function firstTurn({ skip, limit }: Stretch): number {
  const turn = WINDOWS.findIndex((window) => window >= skip + limit);
  return turn === -1 ? LAST_TURN : turn;
}

/** A larger window, unless at the speed of the rows so far time would be up in the middle of it. */
function nextTurn(turn: number, { found, startedAt }: Walking<object>, endsAt: number): number {
  const now = clock.monotonicMs();
  const larger = Math.min(turn + 1, LAST_TURN);
  const neededMs = ((now - startedAt) / Math.max(1, found.looked)) * WINDOWS[larger]!;
  return now + neededMs <= endsAt ? larger : turn;
}

function asRow<Row extends object>(row: WalkRow & Row): Row {
  const { is_match: _is, walked: _walked, matched: _matched, ...rest } = row;
  return rest as unknown as Row;
}
