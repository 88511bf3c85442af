import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/config.js';
import { CONFIG, LOGGER } from '../config/config.module.js';
import type { NextJobs } from '../contract/lease.dto.js';
import { EventBus } from '../events/event-bus.js';
import { isOfStatement } from '../platform/database/database-error.js';
import type { Logger } from '../platform/logger.js';
import { PeriodicTask } from '../platform/periodic-task.js';
import { QueueSettings } from '../queue/queue-settings.js';
import type { ReadyJob } from '../queue/ready-job.js';
import { ReadyQueue } from '../queue/ready-queue.js';
import { Announcer } from './announcer.js';
import { Claimer, claimsFor, type Candidate } from './claimer.js';
import type { HandOut } from './hand-out.js';
import type { Lease } from './job-rows.js';
import { Poll } from './poll.js';
import type { Assignment, PollGroup } from './poll-group.js';
import { PollGroups, type Match } from './poll-groups.js';
import { PollRecords } from './poll-records.js';
import { PollingWorkers } from './polling-workers.js';
import { Reports } from './reports.js';
import { Submission } from './submission.js';

/** One round takes ids while another claims: the database and Redis work at the same time. */
const MAX_ROUNDS = 2;
const LIMITS_WATCH_MS = 1000;
/** A draining worker that polls all the same must not poll in a tight loop. */
const DRAINING_WAIT_SECONDS = 5;

/**
 * Brings ready jobs and waiting polls together. Polls of workers that serve the same queues form a group; whenever a poll comes or jobs
 * become ready, the group takes ids from the ready queue, has them claimed and answers the polls that got some. The others stay until
 * they do, or until their time is up.
 */
@Injectable()
export class Dispatcher implements OnModuleInit, OnModuleDestroy {
  private readonly groups: PollGroups;
  /** The poll of each worker that waits under an id: a newer one takes its place. */
  private readonly parked = new Map<string, Poll>();
  /** A slot of a limited queue that another orchestrator freed is told to nobody here. */
  private readonly limitsWatch: PeriodicTask;
  private waiting = 0;

  constructor(
    private readonly queue: ReadyQueue,
    private readonly claimer: Claimer,
    private readonly reports: Reports,
    private readonly submission: Submission,
    private readonly workers: PollingWorkers,
    private readonly events: EventBus,
    private readonly announcer: Announcer,
    settings: QueueSettings,
    private readonly records: PollRecords,
    @Inject(CONFIG) config: Pick<Config, 'payloadLimitKb'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.groups = new PollGroups(settings, config.payloadLimitKb);
    this.limitsWatch = new PeriodicTask({
      name: 'look for free slots in limited queues',
      everyMs: LIMITS_WATCH_MS,
      logger,
      run: () => {
        this.wake([...settings.limits.keys()]);
        return Promise.resolve();
      },
    });
  }

  onModuleInit(): void {
    this.queue.onReady((queues) => this.wake(queues));
    this.announcer.offerTo((jobs) => this.offer(jobs));
    this.submission.beforeCreating((jobs) => this.handOut(jobs));
    this.reports.onSlotFreed((queue) => this.wake([queue]));
    this.events.subscribe((event) => {
      if (event.kind === 'queue') this.wake([event.name]);
      if (event.kind === 'worker') this.lookAgainAt(event.id, event.state === 'draining');
      if (event.kind === 'reset') this.wake('*');
    });
    this.limitsWatch.start();
  }

  /** Answers every waiting poll at once, with nothing, and takes no new ones. */
  async onModuleDestroy(): Promise<void> {
    this.groups.close();
    await this.limitsWatch.stop();
  }

  /**
   * Jobs for a worker, each with its lease; empty when there are none within `wait_seconds`.
   * @param signal aborted when nobody waits for the answer any more: what was claimed for it by then is given back
   * @throws DomainError `worker_not_found`
   */
  async next(request: NextJobs, signal: AbortSignal): Promise<Lease[]> {
    const { worker_id: workerId, poll_id: pollId = null, limit = 1, wait_seconds: waitSeconds = 0 } = request;
    const [worker, repeated] = await Promise.all([
      this.workers.get(workerId),
      pollId === null ? [] : this.reports.givenBack().then(() => this.records.answerTo({ pollId, workerId })),
    ]);
    if (repeated.length > 0) return repeated;
    if (signal.aborted) return [];
    if (worker.state === 'draining') {
      await delay(Math.min(waitSeconds, DRAINING_WAIT_SECONDS) * 1000, undefined, { signal }).catch(() => undefined);
      return [];
    }
    const poll = new Poll(workerId, pollId, limit, waitSeconds > 0);
    const answer = poll.answer();
    this.enter(this.groups.of(worker.serves), poll, waitSeconds, signal);
    return answer;
  }

  /** How many polls wait for jobs right now. */
  get waitingPolls(): number {
    return this.waiting;
  }

  private enter(group: PollGroup, poll: Poll, waitSeconds: number, signal: AbortSignal): void {
    const leave = () => poll.resolve([]);
    const timer = poll.mayWait ? setTimeout(leave, waitSeconds * 1000) : undefined;
    signal.addEventListener('abort', leave, { once: true });
    if (poll.mayWait) this.waiting++;
    poll.onDone(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', leave);
      if (poll.mayWait) this.waiting--;
      if (this.parked.get(poll.workerId) === poll) this.parked.delete(poll.workerId);
      if (this.waiting === 0) this.queue.setWaiting(false);
    });
    if (poll.pollId !== null) this.parked.get(poll.workerId)?.resolve([]);
    group.add(poll);
    this.kick(group);
  }

  private wake(queues: readonly string[] | '*'): void {
    for (const group of this.groups) {
      if (!group.servesAny(queues)) continue;
      if (group.polls.size > 0) this.kick(group);
      // A round under way may have looked before these jobs were there.
      else if (group.rounds > 0) group.isDirty = true;
    }
  }

  /**
   * Claims jobs that became ready just now for polls that wait here for nothing else, which spares them two round trips to Redis.
   * @returns the jobs that are to go to the ready queue
   */
  private offer(jobs: readonly ReadyJob[]): readonly ReadyJob[] {
    const { matches, unmatched } = this.groups.match(jobs);
    for (const { group, assigned } of matches) void this.claimOffered(group, assigned);
    return unmatched;
  }

  /** The same for jobs that are about to be created, which spares the claim a commit and a round trip of its own. */
  private handOut(jobs: readonly Candidate[]): HandOut | null {
    const { matches } = this.groups.match(jobs);
    if (matches.length === 0) return null;
    const assigned = matches.flatMap((match) => match.assigned);
    return {
      claims: claimsFor(assigned),
      deliver: (claimed) => {
        const byPoll = new Map<Poll, Lease[]>();
        this.claimer.deliver(claimed, byPoll);
        this.answer(byPoll);
        for (const { poll } of assigned) if (!byPoll.has(poll)) poll.resolve([]);
        this.lookOnFor(matches);
      },
      cancel: (error) => {
        for (const { group, assigned: members } of matches) {
          for (const { poll } of members) {
            if (isOfStatement(error)) group.add(poll);
            else poll.reject(error);
          }
        }
        this.lookOnFor(matches);
      },
    };
  }

  /** Whatever became ready while these polls were spoken for was told to nobody. */
  private lookOnFor(matches: readonly Match<Candidate>[]): void {
    for (const { group } of matches) if (group.polls.size > 0) this.kick(group);
  }

  private lookAgainAt(workerId: string, isDraining: boolean): void {
    this.workers.forget(workerId);
    if (!isDraining) return;
    for (const group of this.groups) {
      for (const poll of group.polls) if (poll.workerId === workerId) poll.resolve([]);
    }
  }

  private kick(group: PollGroup): void {
    group.isDirty = true;
    if (group.rounds < MAX_ROUNDS) void this.serve(group);
  }

  /** Rounds until no jobs or no polls are left. Never rejects. */
  private async serve(group: PollGroup): Promise<void> {
    group.rounds++;
    const full = new Set<string>();
    for (let mayHaveMore = false; (mayHaveMore || group.isDirty) && group.polls.size > 0;) {
      // It may have been a free slot that woke us.
      if (group.isDirty) full.clear();
      group.isDirty = false;
      const tried = [...group.polls];
      mayHaveMore = await this.round(group, full).catch((error: unknown) => {
        this.logger.debug({ err: error }, 'a round of dispatch failed');
        // Whoever may wait does so until the next wake; the others must hear something now.
        tried.forEach((poll) => poll.mayWait || poll.reject(error));
        return false;
      });
      if (!mayHaveMore) tried.forEach((poll) => group.polls.has(poll) && this.findNothingFor(poll));
    }
    // In the same turn as the last look at the loop's condition: a poll that comes later begins a new one.
    group.rounds--;
  }

  /** Never rejects. What is not claimed goes to the ready queue, where it would have gone at first. */
  private async claimOffered(group: PollGroup, assigned: readonly Assignment<ReadyJob>[]): Promise<void> {
    try {
      const { gated, spare } = await this.claim(group, assigned);
      this.queue.push([...gated, ...spare]);
    } catch (error) {
      this.logger.debug({ err: error }, 'jobs that were offered could not be claimed');
      this.queue.push(assigned.map(({ job }) => job));
    }
    if (group.polls.size > 0) this.kick(group);
  }

  /**
   * @param full queues that gave out none just now, to be passed over; what this round finds out is added
   * @returns whether it is worth looking for more at once
   */
  private async round(group: PollGroup, full: Set<string>): Promise<boolean> {
    // Two rounds that looked at the same time would both take ids for the same polls.
    const { want, taken, assigned, rest } = await group.inTurn(() => this.take(group, full));
    if (taken === null) return this.claimReady(group, want);
    // When this fails, what was not claimed stays in flight in Redis, and comes back in five seconds.
    const { done, gated, spare } = await this.claim(group, assigned);
    this.queue.settle({ done, gated: [...gated, ...rest] });
    this.queue.push(spare);
    gated.forEach(({ queue }) => full.add(queue));
    // Even when none of the ids was worth anything, others may stand behind them.
    return assigned.length > 0 && taken.length === want;
  }

  /** Claims jobs for polls that `assign` took out of the group, and answers those that got some. */
  private async claim<Job extends Candidate>(group: PollGroup, assigned: readonly Assignment<Job>[]) {
    const byPoll = new Map<Poll, Lease[]>();
    try {
      const result = await this.claimer.claim(assigned, byPoll);
      const spare = new Map(result.spare.map(({ id, queue }) => [id, queue]));
      for (const { poll, job } of assigned) {
        if (byPoll.has(poll)) continue;
        // One that has moved to another queue says nothing about the poll.
        if (spare.get(job.id) === job.queue) poll.resolve([]);
        else group.add(poll);
      }
      return result;
    } catch (error) {
      // The outcome is unknown.
      for (const { poll } of assigned) if (!byPoll.has(poll)) poll.reject(error);
      throw error;
    } finally {
      this.answer(byPoll);
    }
  }

  private async claimReady(group: PollGroup, want: number): Promise<boolean> {
    const byPoll = new Map<Poll, Lease[]>();
    try {
      return await this.claimer.claimReady(group, want, byPoll);
    } finally {
      this.answer(byPoll);
    }
  }

  /** Ready ids, dealt out to the polls; `taken` is null without Redis. */
  private async take(group: PollGroup, full: ReadonlySet<string>) {
    const want = group.demand(this.groups.mostAtOnce);
    const taken = want === 0 ? [] : await this.queue.take(group.serves, want, full);
    return { want, taken, ...group.assign(taken ?? [], this.groups.mostAtOnce) };
  }

  private answer(byPoll: ReadonlyMap<Poll, Lease[]>): void {
    for (const [poll, leases] of byPoll) {
      if (poll.isDone) this.reports.giveBack(leases);
      else poll.resolve(leases);
    }
  }

  private findNothingFor(poll: Poll): void {
    if (!poll.mayWait) return poll.resolve([]);
    this.queue.setWaiting(true);
    if (poll.pollId === null || this.parked.get(poll.workerId) === poll) return;
    this.parked.set(poll.workerId, poll);
    this.records.park(poll).catch((error: unknown) => this.logger.debug({ err: error }, 'a parked poll was not noted'));
  }
}
