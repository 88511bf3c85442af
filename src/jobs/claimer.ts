import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { Database } from '../platform/database/database.js';
import type { Queryable } from '../platform/database/lane.js';
import { retryConflicts } from '../platform/database/retry-conflicts.js';
import { groupBy } from '../platform/group-by.js';
import { random } from '../platform/random.js';
import { QueueSettings } from '../queue/queue-settings.js';
import type { ReadyJob } from '../queue/ready-job.js';
import { Announcer } from './announcer.js';
import type { Claim, Claimed, Lease } from './job-rows.js';
import { JobStore } from './job-store.js';
import { leaseWriter } from './job-view.js';
import type { Poll } from './poll.js';
import type { Assignment, PollGroup } from './poll-group.js';
import { findPending, freeSlotsOfQueue, lockReadyJobs, tryQueueLimit } from './queries/claim-queries.js';
import { findActiveQueues } from './queries/ready-queries.js';

/** What the ready queue, or PostgreSQL in its place, says is ready. */
export interface Candidate {
  id: string;
  queue: string;
}

/** What a claim came to. */
export interface ClaimResult<Job extends Candidate> {
  /** Claimed, or no longer to be claimed. */
  done: Job[];
  /** Still ready: their queue gives out none for now. */
  gated: Job[];
  /** Still ready, and not the queue's fault: they have moved to another, or their poll is void (superseded, or its worker drains). */
  spare: ReadyJob[];
}

interface PendingRow extends ReadyJob {
  is_queue_gated: boolean;
}

const QUEUES_AT_A_TIME = 100;

/** Turns candidates into leases: the claim in PostgreSQL decides, whoever named them. */
@Injectable()
export class Claimer {
  /** The queue served last without Redis: the next look starts behind it. */
  private lastQueue = '';

  constructor(
    private readonly store: JobStore,
    private readonly database: Database,
    private readonly settings: QueueSettings,
    private readonly announcer: Announcer,
    @Inject(CONFIG) private readonly config: Pick<Config, 'leaseSeconds'>,
  ) {}

  /**
   * Claims jobs that the ready queue named.
   * @param byPoll takes up what each poll got, also when this throws: what was claimed by then is to be delivered
   */
  async claim<Job extends Candidate>(
    assigned: readonly Assignment<Job>[],
    byPoll: Map<Poll, Lease[]>,
  ): Promise<ClaimResult<Job>> {
    const claimed = new Set<string>();
    for (const [limitedQueue, members] of this.byLimitedQueue(assigned)) {
      const group = await this.claimGroup(members, limitedQueue);
      this.deliver(group, byPoll);
      for (const { claim } of group) claimed.add(claim.jobId);
    }
    const missed = assigned.filter(({ job }) => !claimed.has(job.id)).map(({ job }) => job);
    const foundIn = new Map(missed.map((job) => [job.id, job.queue]));
    const pending = await this.findPending(missed);
    const isGated = (row: PendingRow) => row.is_queue_gated && row.queue === foundIn.get(row.id);
    const gated = new Set(pending.filter(isGated).map((row) => row.id));
    return {
      done: assigned.filter(({ job }) => !gated.has(job.id)).map(({ job }) => job),
      gated: missed.filter((job) => gated.has(job.id)),
      spare: pending.filter((row) => !isGated(row)),
    };
  }

  /**
   * Finds ready jobs in PostgreSQL itself and claims them, in turns over the queues.
   * @param byPoll as for `claim`
   * @returns whether it is worth looking again
   */
  async claimReady(group: PollGroup, want: number, byPoll: Map<Poll, Lease[]>): Promise<boolean> {
    const queues = await this.queuesInTurn(group.serves);
    const { limits } = this.settings;
    let claimed = await this.claimFromQueues(
      queues.filter((queue) => !limits.has(queue)),
      null,
      group,
      want,
      byPoll,
    );
    for (const queue of queues) {
      if (limits.has(queue)) claimed += await this.claimFromQueues([queue], queue, group, want - claimed, byPoll);
    }
    return claimed > 0;
  }

  /** Claims an equal share from each of the queues, of which many may have nothing ready; answers how many jobs. */
  private async claimFromQueues(
    queues: readonly string[],
    limitedQueue: string | null,
    group: PollGroup,
    want: number,
    byPoll: Map<Poll, Lease[]>,
  ): Promise<number> {
    if (queues.length === 0 || want <= 0 || group.polls.size === 0) return 0;
    let members: Assignment<Candidate>[] = [];
    try {
      const jobs = await this.database.lease.transaction(async (transaction) => {
        const free = limitedQueue === null ? want : Math.min(want, await this.freeSlots(limitedQueue, transaction));
        if (free <= 0) return [];
        const share = Math.ceil(free / queues.length);
        const ready = await transaction.query<Candidate>(lockReadyJobs, [queues, share, free]);
        members = group.assign(ready).assigned;
        this.lastQueue = members.at(-1)?.job.queue ?? this.lastQueue;
        return members.length === 0 ? [] : this.claimRows(members, limitedQueue, transaction);
      });
      this.deliver(jobs, byPoll);
      // A poll whose job was locked for it and still got none is void: superseded, or its worker drains.
      members.forEach(({ poll }) => byPoll.has(poll) || poll.resolve([]));
      return jobs.length;
    } catch (error) {
      // Whoever was to get these jobs hears of it; polls that were not reached wait on.
      members.forEach(({ poll }) => byPoll.has(poll) || poll.reject(error));
      throw error;
    }
  }

  /** Queues with a limit are claimed from one by one, all others (under null) together. */
  private byLimitedQueue<Job extends Candidate>(assigned: readonly Assignment<Job>[]) {
    return groupBy(assigned, ({ job }) => (this.settings.limits.has(job.queue) ? job.queue : null));
  }

  private async queuesInTurn(serves: readonly string[] | '*'): Promise<string[]> {
    if (serves !== '*') return rotate(serves, this.lastQueue).filter((queue) => !this.settings.paused.includes(queue));
    const after = await this.activeQueues(this.lastQueue, QUEUES_AT_A_TIME);
    const room = QUEUES_AT_A_TIME - after.length;
    const before = room > 0 && this.lastQueue !== '' ? await this.activeQueues('', room) : [];
    return [...new Set([...after, ...before])].filter((queue) => !this.settings.paused.includes(queue));
  }

  private async activeQueues(after: string, limit: number): Promise<string[]> {
    const rows = await this.database.lease.query<{ queue: string }>(findActiveQueues, [after, limit]);
    return rows.map(({ queue }) => queue);
  }

  private claimGroup(members: readonly Assignment<Candidate>[], limitedQueue: string | null): Promise<Claimed<Poll>[]> {
    if (limitedQueue === null) return retryConflicts(() => this.claimRows(members, null, this.database.lease));
    return retryConflicts(() =>
      this.database.lease.transaction(async (transaction) => {
        const free = await this.freeSlots(limitedQueue, transaction);
        return free <= 0 ? [] : this.claimRows(members.slice(0, free), limitedQueue, transaction);
      }),
    );
  }

  /** Counts under the queue's lock, so that no two orchestrators give out the same slot. */
  private async freeSlots(queue: string, transaction: Queryable): Promise<number> {
    const [lock] = await transaction.query<{ taken: boolean }>(tryQueueLimit, [queue]);
    if (!lock?.taken) return 0;
    await this.store.closeClaims(queue, transaction);
    const [row] = await transaction.query<{ free: number }>(freeSlotsOfQueue, [queue]);
    return row?.free ?? Infinity;
  }

  private claimRows(
    members: readonly Assignment<Candidate>[],
    limitedQueue: string | null,
    on: Queryable,
  ): Promise<Claimed<Poll>[]> {
    return this.store.claim(claimsFor(members), limitedQueue, on);
  }

  /** Writes out the leases of what was claimed, and tells of it. @param byPoll takes up what each poll got */
  deliver(claimed: readonly Claimed<Poll>[], byPoll: Map<Poll, Lease[]>): void {
    const write = leaseWriter(this.config.leaseSeconds);
    for (const { claim, payload, facts } of claimed) {
      let leases = byPoll.get(claim.claimant);
      if (!leases) byPoll.set(claim.claimant, (leases = []));
      leases.push(write(claim.jobId, claim.leaseToken, facts, payload));
    }
    this.announcer.tell('RUNNING', claimed.length, () =>
      claimed.map(({ claim, facts: { type, queue, attempt, started_at: at } }) => {
        return { id: claim.jobId, type, queue, attempt, at, status: 'RUNNING', worker_id: claim.claimant.workerId };
      }),
    );
  }

  private async findPending(jobs: readonly Candidate[]): Promise<PendingRow[]> {
    if (jobs.length === 0) return [];
    return this.database.lease.query<PendingRow>(findPending, [jobs.map((job) => job.id).sort()]);
  }
}

/** What is to be claimed for the polls, in lock order. */
export function claimsFor(members: readonly Assignment<Candidate>[]): Claim<Poll>[] {
  return members
    .map(({ poll, job }) => ({
      jobId: job.id,
      queue: job.queue,
      leaseToken: random.token(),
      claimant: poll,
    }))
    .sort((a, b) => (a.jobId < b.jobId ? -1 : 1));
}

/** The queues, beginning with the one after `last`. */
function rotate(queues: readonly string[], last: string): string[] {
  const start = queues.indexOf(last) + 1;
  return [...queues.slice(start), ...queues.slice(0, start)];
}
