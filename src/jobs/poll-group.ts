import type { Poll } from './poll.js';

/** A job that is to be claimed for a poll. */
export interface Assignment<Job> {
  poll: Poll;
  job: Job;
}

/** The unanswered polls that serve the same queues, first come, first served. */
export class PollGroup {
  /** True when there may be jobs for them. */
  isDirty = false;
  /** Rounds under way: taking ids and claiming them. */
  rounds = 0;
  /** Those that wait for their turn, and those that a job is being claimed for. */
  private readonly open = new Set<Poll>();
  private readonly waiting = new Set<Poll>();
  private isClosed = false;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(readonly serves: readonly string[] | '*') {}

  /** How many jobs the polls whose turn it is would take, at most `most`. */
  demand(most: number): number {
    return Math.min(
      most,
      this.first(most).reduce((sum, poll) => sum + poll.limit, 0),
    );
  }

  /** Those whose turn has not come yet. */
  get polls(): ReadonlySet<Poll> {
    return this.waiting;
  }

  /** True when polls wait and the last look found nothing for them: whatever becomes ready now is next. */
  get isParked(): boolean {
    return this.waiting.size > 0 && this.rounds === 0 && !this.isDirty;
  }

  /** False when nothing would come back to this group. */
  get isInUse(): boolean {
    return this.open.size > 0 || this.rounds > 0;
  }

  /**
   * Lets a poll wait for its turn until it is answered, also one that `assign` took out and that got nothing. In a closed group it is
   * answered at once.
   */
  add(poll: Poll): void {
    if (this.isClosed) poll.resolve([]);
    if (poll.isDone) return;
    if (!this.open.has(poll)) {
      this.open.add(poll);
      poll.onDone(() => this.remove(poll));
    }
    this.waiting.add(poll);
  }

  /** Answers all that wait, and whatever comes from now on, with nothing. */
  close(): void {
    this.isClosed = true;
    for (const poll of this.waiting) poll.resolve([]);
  }

  servesAny(queues: readonly string[] | '*'): boolean {
    const { serves } = this;
    return serves === '*' || queues === '*' || queues.some((queue) => serves.includes(queue));
  }

  /** Starts the work when what was given here before has ended. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  /**
   * Deals jobs out to the polls whose turn it is, an equal share each and then what is left, and takes those polls out of `polls`.
   * @returns what found a poll; the rest of the jobs found none
   */
  assign<Job>(jobs: readonly Job[], most = Infinity): { assigned: Assignment<Job>[]; rest: readonly Job[] } {
    const takers = this.first(most).slice(0, jobs.length);
    const counts = deal(
      jobs.length,
      takers.map((poll) => poll.limit),
    );
    const assigned: Assignment<Job>[] = [];
    takers.forEach((poll, index) => {
      for (let i = 0; i < counts[index]!; i++) assigned.push({ poll, job: jobs[assigned.length]! });
      this.waiting.delete(poll);
    });
    return { assigned, rest: jobs.slice(assigned.length) };
  }

  private remove(poll: Poll): void {
    this.open.delete(poll);
    this.waiting.delete(poll);
  }

  /**
   * The polls that came first and together want at most so many jobs; at least one. Were all of them served at once, in ever larger
   * rounds, everything would wait for the slowest part in turn: the database while answers are written, the workers while it claims.
   */
  private first(most: number): Poll[] {
    const first: Poll[] = [];
    let wanted = 0;
    for (const poll of this.waiting) {
      wanted += poll.limit;
      if (first.length > 0 && wanted > most) break;
      first.push(poll);
    }
    return first;
  }
}

/** How many of `count` things each taker gets, none more than its limit: as equal as that allows. */
function deal(count: number, limits: readonly number[]): number[] {
  const given = limits.map(() => 0);
  for (let left = count, open = limits.length; left > 0 && open > 0;) {
    const share = Math.max(1, Math.floor(left / open));
    open = 0;
    for (let index = 0; index < limits.length && left > 0; index++) {
      const more = Math.min(share, left, limits[index]! - given[index]!);
      given[index]! += more;
      left -= more;
      if (given[index]! < limits[index]!) open++;
    }
  }
  return given;
}
