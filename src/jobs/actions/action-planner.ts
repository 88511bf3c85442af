import { Injectable } from '@nestjs/common';
import type { BulkAction } from '../../contract/action.dto.js';
import type { JobFilter } from '../../contract/job.dto.js';
import { JOB_STATUSES } from '../../contract/job-state.js';
import type { StatusCounts } from '../../contract/stats.dto.js';
import { clock } from '../../platform/clock.js';
import { Database } from '../../platform/database/database.js';
import type { Queryable } from '../../platform/database/lane.js';
import { DomainError } from '../../platform/errors/domain-error.js';
import { random } from '../../platform/random.js';
import type { Place } from '../job-rows.js';
import { jobSearch } from '../listing/job-search.js';
import { JobWalker, type IdRow } from '../listing/job-walker.js';
import { findActionJobs, insertAction, insertActionChunk } from './action-queries.js';
import type { ActionRow } from './action-view.js';

/** What one plan may hold, and how long it may take to gather it. */
const MAX_JOBS = 1_000_000;
const MAX_PLANNING_MS = 20_000;
const PIECE = 20_000;
const CHUNK = 1000;
const SAMPLE = 10;

/** What is to be done: a `move` has a queue, a `prioritize` a priority, the others neither. */
export interface ActionKind extends Place {
  action: BulkAction;
}

/** What the action is to be done to. */
export type ActionScope = { ids: readonly string[] } | { filter: JobFilter };

/** Freezes the jobs of a bulk action: what is created later, or comes to match later, is not among them. */
@Injectable()
export class ActionPlanner {
  constructor(
    private readonly database: Database,
    private readonly walker: JobWalker,
  ) {}

  /** @throws DomainError `invalid_request` when more jobs match than a plan may hold, or finding them takes too long */
  async plan(kind: ActionKind, scope: ActionScope, actor: string | null): Promise<ActionRow> {
    const jobs = 'ids' in scope ? await this.existing(scope.ids) : await this.matching(scope.filter, actor);
    const counts = Object.fromEntries(JOB_STATUSES.map((status) => [status, 0])) as unknown as StatusCounts;
    for (const { status } of jobs) counts[status]++;
    const ids = jobs.map(({ id }) => id);
    return this.database.api.transaction((transaction) => freeze(transaction, kind, actor, ids, counts));
  }

  private existing(ids: readonly string[]): Promise<IdRow[]> {
    return this.database.api.query<IdRow>(findActionJobs, [ids]);
  }

  private async matching(filter: JobFilter, actor: string | null): Promise<IdRow[]> {
    const search = jobSearch(filter);
    const endsAt = clock.monotonicMs() + MAX_PLANNING_MS;
    const jobs: IdRow[] = [];
    let from: string | null = null;
    do {
      const limits = { withinMs: endsAt - clock.monotonicMs(), caller: `plan ${actor}` };
      const found = await this.walker.ids(search, { direction: 'down', from, skip: 0, limit: PIECE }, limits);
      if (found.stoppedAt !== null) throw tooMuch('finding the jobs takes too long');
      for (const row of found.rows) jobs.push(row);
      if (jobs.length > MAX_JOBS) throw tooMuch(`more than ${MAX_JOBS} jobs match`);
      from = found.rows.length === PIECE ? found.rows.at(-1)!.id : null;
    } while (from !== null);
    return jobs;
  }
}

async function freeze(
  on: Queryable,
  { action, queue, priority }: ActionKind,
  actor: string | null,
  ids: readonly string[],
  counts: StatusCounts,
): Promise<ActionRow> {
  const token = random.token();
  const [row] = await on.query<ActionRow>(insertAction, [
    token,
    action,
    queue,
    priority,
    actor,
    ids.length,
    JSON.stringify(counts),
    ids.slice(0, SAMPLE),
  ]);
  for (let chunk = 0; chunk * CHUNK < ids.length; chunk++) {
    await on.query(insertActionChunk, [token, chunk, ids.slice(chunk * CHUNK, (chunk + 1) * CHUNK)]);
  }
  return row!;
}

function tooMuch(message: string): DomainError {
  return new DomainError('invalid_request', `The filter is too wide: ${message}.`, {
    details: [{ field: 'filter', message }],
  });
}
