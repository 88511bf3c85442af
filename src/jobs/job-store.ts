import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { settle, type AttemptOutcome, type Settlement } from '../contract/job-state.js';
import { booleanArray, intArray, newUuidArray, textArray, uuidArray } from '../platform/database/array-parameter.js';
import { Database } from '../platform/database/database.js';
import type { Queryable } from '../platform/database/lane.js';
import { random } from '../platform/random.js';
import { errorGroup, type AttemptError } from './attempt-error.js';
import type {
  ChangedRow,
  Claim,
  Claimant,
  Claimed,
  ClaimedFacts,
  Created,
  EndedJobRow,
  Fence,
  LockedRow,
  NewJob,
  OverrunRow,
  Place,
  PlacedRow,
  Succeeded,
} from './job-rows.js';
import { claimJobs, PAYLOAD_SEPARATOR } from './queries/claim-queries.js';
import * as lease from './queries/lease-queries.js';
import * as report from './queries/report-queries.js';
import { noteLostAttempts } from './queries/worker-history-queries.js';
import * as steer from './queries/steer-queries.js';
import * as submit from './queries/submit-queries.js';

/** A lease outlives the time limit by so much: first the worker itself is to notice. */
const TIME_LIMIT_GRACE_SECONDS = 10;

/** New jobs of which the same was decided; their ids, parted by commas. */
interface CreatedTogether extends Created {
  ids: string;
}

/** What was claimed by which of the claims, counted from one and parted by commas, and the payloads. */
interface ClaimedTogether extends ClaimedFacts {
  places: string;
  payloads: string;
}

/** How one attempt ended, and what to keep of it. */
export interface Ending {
  outcome: AttemptOutcome;
  /** Null: nothing went wrong. */
  error: AttemptError | null;
}

/**
 * A job's whole life, top to bottom: every change of a job's status is one of these methods, and no other code writes it. Each is one
 * statement or one transaction; which status follows which is decided by contract/job-state.ts.
 */
@Injectable()
export class JobStore {
  constructor(
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: Pick<Config, 'leaseSeconds'>,
  ) {}

  /** -> PENDING or SCHEDULED. Durable once this resolves. By id; a job whose idempotency key is taken is not there. */
  async create(jobs: readonly NewJob[], on: Queryable = this.database.api): Promise<Map<string, Created>> {
    const haveKeys = jobs.some((job) => job.idempotencyKey !== null);
    const statement = haveKeys ? submit.createJobsWithKeys : submit.createJobs;
    return byId(await on.query<CreatedTogether>(statement, newJobArrays(jobs)));
  }

  /** -> PENDING -> RUNNING, in one transaction: new jobs without keys, of which some are claimed at once for polls that wait. */
  async createAndClaim<For extends Claimant>(
    jobs: readonly NewJob[],
    claims: readonly Claim<For>[],
  ): Promise<{ created: Map<string, Created>; claimed: Claimed<For>[] }> {
    const [created, rows] = await this.database.lease.together<CreatedTogether, ClaimedTogether>(
      { statement: submit.createJobs, values: newJobArrays(jobs) },
      { statement: claimJobs, values: this.claimArrays(claims, null) },
    );
    return { created: byId(created), claimed: leasesOf(rows, claims) };
  }

  /**
   * PENDING -> RUNNING: opens the leases that can be opened.
   * @param limitedQueue the queue with a limit that all these jobs are of, when the caller holds its lock and has counted
   */
  async claim<For extends Claimant>(
    claims: readonly Claim<For>[],
    limitedQueue: string | null,
    on: Queryable,
  ): Promise<Claimed<For>[]> {
    return leasesOf(await on.query<ClaimedTogether>(claimJobs, this.claimArrays(claims, limitedQueue)), claims);
  }

  /** RUNNING -> SUCCESS where the fence holds; answers which of the fences did. @param results JSON texts */
  async succeed(fences: readonly Fence[], results: readonly (string | null)[]): Promise<Succeeded[]> {
    const values = [...fenceArrays(fences), textArray(results)];
    const rows = await this.database.lease.query<Omit<Succeeded, 'places'> & { places: string }>(
      report.succeedJobs,
      values,
    );
    return rows.map(({ places, ...facts }) => ({ ...facts, places: indexesOf(places) }));
  }

  /** RUNNING -> wherever the state machine says, where the fence holds and the outcome is legal. */
  end(fences: readonly Fence[], endingOf: (attempt: LockedRow) => Ending): Promise<EndedJobRow[]> {
    return this.database.lease.transaction(async (transaction) => {
      const locked = await transaction.query<LockedRow>(report.lockForReport, fenceArrays(fences));
      return this.settle(transaction, locked, endingOf);
    });
  }

  /**
   * One tick of the reap: RUNNING -> PENDING, RETRYING, DEAD or CANCELLED for attempts that ran over, at most `limit`. Nothing while
   * leases are held off, or while another orchestrator is at it.
   */
  reap(limit: number, endingOf: (attempt: OverrunRow) => Ending): Promise<EndedJobRow[]> {
    return this.database.sweep.transaction(async (transaction) => {
      const overrun = await transaction.query<OverrunRow>(lease.lockOverrunAttempts, [this.config.leaseSeconds, limit]);
      const ended = await this.settle(transaction, overrun, endingOf);
      if (ended.length > 0)
        await transaction.query(noteLostAttempts, [ended.map(({ id }) => id), ended.map(({ attempt }) => attempt)]);
      return ended;
    });
  }

  /** Forgets which jobs were claimed together where none of them runs any more, in one queue or in all. No status changes. */
  async closeClaims(queue: string | null = null, on: Queryable = this.database.sweep): Promise<void> {
    await on.query(lease.closeClaims, [queue]);
  }

  /** SCHEDULED and RETRYING -> PENDING, at most `limit` of those whose time has come. */
  wakeDue(limit: number): Promise<ChangedRow[]> {
    return this.database.sweep.query<ChangedRow>(lease.wakeDueJobs, [limit]);
  }

  /** SCHEDULED, PENDING, RETRYING -> CANCELLED; a RUNNING job is asked to stop. */
  cancel(ids: readonly string[], actor: string | null): Promise<ChangedRow[]> {
    return this.database.api.query<ChangedRow>(steer.cancelJobs, [ids, actor]);
  }

  /** FAILED, DEAD, CANCELLED -> PENDING, with fresh budgets. */
  retry(ids: readonly string[], actor: string | null): Promise<ChangedRow[]> {
    return this.database.api.query<ChangedRow>(steer.retryJobs, [ids, actor]);
  }

  /** Another queue or priority for SCHEDULED, PENDING and RETRYING jobs; their status stays. */
  place(ids: readonly string[], { queue, priority }: Place, actor: string | null): Promise<PlacedRow[]> {
    return this.database.api.query<PlacedRow>(steer.placeJobs, [ids, queue, priority, actor]);
  }

  /** Deletes ended jobs for good; answers which. */
  remove(ids: readonly string[], actor: string | null): Promise<string[]> {
    return this.database.api.transaction(async (transaction) => {
      const ended = await transaction.query<{ id: string }>(steer.lockEndedJobs, [ids]);
      const endedIds = ended.map(({ id }) => id);
      if (endedIds.length > 0) await transaction.query(steer.removeJobs, [endedIds, actor]);
      return endedIds;
    });
  }

  private claimArrays(claims: readonly Claim[], limitedQueue: string | null): unknown[] {
    const claimants = placesOf(claims.map((each) => each.claimant));
    const queues = placesOf(claims.map((each) => each.queue));
    return [
      uuidArray(claims.map((each) => each.jobId)),
      newUuidArray(claims.length),
      uuidArray(claims.map((each) => each.leaseToken)),
      intArray(claimants.places),
      uuidArray(claimants.values.map((claimant) => claimant.workerId)),
      uuidArray(claimants.values.map((claimant) => claimant.pollId)),
      booleanArray(claimants.values.map((claimant) => claimant.isParked)),
      this.config.leaseSeconds,
      TIME_LIMIT_GRACE_SECONDS,
      limitedQueue,
      intArray(queues.places),
      textArray(queues.values),
    ];
  }

  private async settle<Row extends LockedRow>(
    transaction: Queryable,
    locked: readonly Row[],
    endingOf: (attempt: Row) => Ending,
  ): Promise<EndedJobRow[]> {
    const settled = locked.flatMap((attempt) => {
      const { outcome, error } = endingOf(attempt);
      const settlement = settle(attempt, outcome, () => random.fraction());
      return settlement === null ? [] : [{ attempt, settlement, error }];
    });
    if (settled.length === 0) return [];
    return transaction.query<EndedJobRow>(report.settleAttempts, settlementArrays(settled));
  }
}

/** Each value once, and for each of the given ones its place among them, counted from one as PostgreSQL does. */
function placesOf<T>(given: readonly T[]): { values: T[]; places: number[] } {
  const placeOf = new Map<T, number>();
  const places = given.map((value) => {
    const known = placeOf.get(value);
    if (known !== undefined) return known;
    placeOf.set(value, placeOf.size + 1);
    return placeOf.size;
  });
  return { values: [...placeOf.keys()], places };
}

/** Places as PostgreSQL tells them, counted from one and parted by commas, counted from zero. */
function indexesOf(places: string): number[] {
  return places.split(',').map((place) => +place - 1);
}

function byId(rows: readonly CreatedTogether[]): Map<string, Created> {
  const created = new Map<string, Created>();
  for (const { ids, ...decided } of rows) for (const id of ids.split(',')) created.set(id, decided);
  return created;
}

function leasesOf<For extends Claimant>(
  rows: readonly ClaimedTogether[],
  claims: readonly Claim<For>[],
): Claimed<For>[] {
  return rows.flatMap(({ places, payloads, ...facts }) => {
    const payloadAt = payloads.split(PAYLOAD_SEPARATOR);
    return indexesOf(places).map((place, index) => ({ claim: claims[place]!, payload: payloadAt[index]!, facts }));
  });
}

export function fenceArrays(fences: readonly Fence[]): unknown[] {
  return [
    uuidArray(fences.map((fence) => fence.jobId)),
    intArray(fences.map((fence) => fence.attempt)),
    uuidArray(fences.map((fence) => fence.leaseToken)),
  ];
}

export function newJobArrays(jobs: readonly NewJob[]): unknown[] {
  return [
    uuidArray(jobs.map((job) => job.id)),
    textArray(jobs.map((job) => job.queue)),
    textArray(jobs.map((job) => job.type)),
    textArray(jobs.map((job) => job.payload)),
    textArray(jobs.map((job) => job.options)),
  ];
}

function settlementArrays(
  settled: readonly { attempt: LockedRow; settlement: Settlement; error: AttemptError | null }[],
): unknown[][] {
  const groups = settled.map(({ attempt, error }) => error && errorGroup(attempt.type, error));
  return [
    settled.map(({ attempt }) => attempt.job_id),
    settled.map(({ attempt }) => attempt.attempt),
    settled.map(({ settlement }) => settlement.attemptStatus),
    settled.map(({ settlement }) => settlement.status),
    settled.map(({ settlement }) => settlement.retry_count),
    settled.map(({ settlement }) => settlement.lost_count),
    settled.map(({ settlement }) => settlement.undelivered_count),
    settled.map(({ settlement }) => settlement.dead_reason),
    settled.map(({ settlement }) => settlement.waitSeconds),
    settled.map(({ error }) => error?.message ?? null),
    settled.map(({ error }) => error?.type ?? null),
    settled.map(({ error }) => error?.stack ?? null),
    groups.map((group) => group?.fingerprint ?? null),
    groups.map((group) => group?.message ?? null),
  ];
}
