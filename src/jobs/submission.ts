import { Injectable } from '@nestjs/common';
import { setImmediate as restOfTurn } from 'node:timers/promises';
import type { CreatedJobs, CreateJob, Job } from '../contract/job.dto.js';
import { Batcher } from '../platform/batcher.js';
import { isOfStatement } from '../platform/database/database-error.js';
import { Database } from '../platform/database/database.js';
import type { Queryable } from '../platform/database/lane.js';
import { retryConflicts } from '../platform/database/retry-conflicts.js';
import { DomainError } from '../platform/errors/domain-error.js';
import { Announcer, type Announcement } from './announcer.js';
import { JobReader } from './job-reader.js';
import type { HandOut } from './hand-out.js';
import type { Created, KeyHolderRow, NewJob } from './job-rows.js';
import { JobStore, newJobArrays } from './job-store.js';
import { createdJobView } from './job-view.js';
import { newJob } from './new-job.js';
import { findByKey } from './queries/submit-queries.js';

/** A submission's fate: a new row, or the job that has its idempotency key already (asked for in the same words, or not). */
type Fate = { created: Created } | { holder: KeyHolderRow };

/** How often a key may be free at the first look and gone at the second, before we give up. */
const MAX_ROUNDS = 3;

/** Takes jobs in: single ones share commits with whoever submits at the same moment, a bulk call is one transaction. */
@Injectable()
export class Submission {
  private readonly batcher: Batcher<NewJob, Fate>;
  private handOut: (jobs: readonly NewJob[]) => HandOut | null = () => null;

  constructor(
    private readonly store: JobStore,
    private readonly reader: JobReader,
    private readonly announcer: Announcer,
    private readonly database: Database,
  ) {
    this.batcher = new Batcher({ run: (jobs) => this.insertSingles(jobs), maxItems: 1000, lanes: 2 });
  }

  /** @param handOut is shown new jobs that may run at once, before they are created; null: nobody waits for any */
  beforeCreating(handOut: (jobs: readonly NewJob[]) => HandOut | null): void {
    this.handOut = handOut;
  }

  /**
   * Resolves once the job is durable. `isNew` is false when the idempotency key was used before, with the same body.
   * @throws DomainError `idempotency_conflict` when it was used with another body
   */
  async create(body: CreateJob): Promise<{ job: Job; isNew: boolean }> {
    const job = newJob(body);
    const fate = await this.batcher.add(job);
    if ('holder' in fate) {
      assertSame(fate.holder, 'idempotency_key');
      return { job: await this.reader.get(fate.holder.id), isNew: false };
    }
    return { job: createdJobView(body, job, fate.created), isNew: true };
  }

  /**
   * All of the jobs or none. @throws DomainError `idempotency_conflict`, which names the job
   */
  async createAll(bodies: readonly CreateJob[]): Promise<CreatedJobs> {
    const jobs = bodies.map((body, index) => newJob(body, `jobs[${index}].`));
    // Without keys one statement does it all; with keys a second one may follow, and they must succeed together.
    const fates = jobs.every((job) => job.idempotencyKey === null)
      ? await this.insert(jobs, this.database.api)
      : await retryConflicts(() =>
          this.database.api.transaction((transaction) => this.insert(jobs, transaction, assertSameInBulk)),
        );
    this.announce(jobs, fates);
    return {
      ids: fates.map((fate, index) => ('created' in fate ? jobs[index]!.id : fate.holder.id)),
      created: fates.filter((fate) => 'created' in fate).length,
    };
  }

  private async insertSingles(jobs: readonly NewJob[]): Promise<Fate[]> {
    // With keys there may have to be a second look, and a wait for whoever has one of them in hand.
    const haveKeys = jobs.some((job) => job.idempotencyKey !== null);
    const handOut = haveKeys ? null : this.handOut(jobs.filter((job) => job.isForNow));
    return (handOut && (await this.insertFor(handOut, jobs))) ?? this.insertAndAnnounce(jobs);
  }

  private async insertAndAnnounce(jobs: readonly NewJob[]): Promise<Fate[]> {
    const fates = await this.insert(jobs, this.database.api);
    this.announce(jobs, fates);
    return fates;
  }

  /** Null when the database refused it: whether that was because of the jobs or of their claim is found out without the claim. */
  private async insertFor(handOut: HandOut, jobs: readonly NewJob[]): Promise<Fate[] | null> {
    try {
      const { created, claimed } = await this.store.createAndClaim(jobs, handOut.claims);
      const fates = jobs.map(({ id }) => ({ created: created.get(id)! }));
      handOut.deliver(claimed);
      // The workers' answers go out first: they can begin, while whoever submitted only hears of it.
      await restOfTurn();
      this.announce(jobs, fates, new Set(claimed.map(({ claim }) => claim.jobId)));
      return fates;
    } catch (error) {
      handOut.cancel(error);
      if (isOfStatement(error)) return null;
      throw error;
    }
  }

  /** Answers in the order of the jobs. */
  private async insert(
    jobs: readonly NewJob[],
    on: Queryable,
    check: (fate: Fate, index: number) => void = () => undefined,
  ): Promise<Fate[]> {
    const fates = new Map<string, Fate>();
    for (let round = 0, open = [...jobs]; open.length > 0; round++) {
      if (round === MAX_ROUNDS)
        throw new DomainError('state_conflict', 'The job with this idempotency key was deleted meanwhile; try again.');
      for (const [id, created] of await this.store.create(inLockOrder(firstOfEachKey(open)), on))
        fates.set(id, { created });
      open = open.filter((job) => !fates.has(job.id));
      if (open.length === 0) break;
      for (const holder of await on.query<KeyHolderRow>(findByKey, newJobArrays(open)))
        fates.set(holder.asked_id, { holder });
      open = open.filter((job) => !fates.has(job.id));
    }
    const inOrder = jobs.map((job) => fates.get(job.id)!);
    inOrder.forEach(check);
    return inOrder;
  }

  private announce(jobs: readonly NewJob[], fates: readonly Fate[], taken?: ReadonlySet<string>): void {
    const announcements: Announcement[] = [];
    jobs.forEach(({ id, type, queue }, index) => {
      const fate = fates[index]!;
      if (!('created' in fate)) return;
      const { status, priority, created_at: at } = fate.created;
      announcements.push({ id, type, queue, priority, status, attempt: 0, worker_id: null, at });
    });
    this.announcer.announce(announcements, taken);
  }
}

/** ON CONFLICT DO NOTHING would drop the second of two new jobs with one key without a word; it is looked up like any known key. */
function firstOfEachKey(jobs: readonly NewJob[]): NewJob[] {
  const seen = new Set<string>();
  return jobs.filter(({ idempotencyKey: key }) => key === null || (!seen.has(key) && seen.add(key)));
}

/** Inserts wait for one another at the unique index of the keys, so the keys are what must come in one order. */
function inLockOrder(jobs: NewJob[]): NewJob[] {
  if (jobs.every((job) => job.idempotencyKey === null)) return jobs;
  return jobs.sort((a, b) => compare(a.idempotencyKey ?? '', b.idempotencyKey ?? '') || compare(a.id, b.id));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function assertSame(holder: KeyHolderRow, field: string): void {
  if (holder.is_same) return;
  throw new DomainError(
    'idempotency_conflict',
    `The idempotency key was used for job ${holder.id} with another body.`,
    {
      details: [{ field, message: `belongs to job ${holder.id}, which was submitted with another body` }],
    },
  );
}

function assertSameInBulk(fate: Fate, index: number): void {
  if ('holder' in fate) assertSame(fate.holder, `jobs[${index}].idempotency_key`);
}
