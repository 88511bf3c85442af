import type { QueueSettings } from '../queue/queue-settings.js';
import type { Candidate } from './claimer.js';
import { PollGroup, type Assignment } from './poll-group.js';

const MAX_JOBS_A_ROUND = 500;
/** An answer must be read and written while its poll still waits: measured, 100 MB take less than a second. */
const MAX_PAYLOADS_A_ROUND_KB = 128 * 1024;

/** Polls of a group, each with a job that it is to get. */
export interface Match<Job> {
  group: PollGroup;
  assigned: readonly Assignment<Job>[];
}

/** Every unanswered poll, in groups that serve the same queues. */
export class PollGroups implements Iterable<PollGroup> {
  private readonly groups = new Map<string, PollGroup>();
  private isClosed = false;

  /** How many jobs are claimed at once for one group, at most. */
  readonly mostAtOnce: number;

  constructor(
    private readonly settings: Pick<QueueSettings, 'limits' | 'paused'>,
    payloadLimitKb: number,
  ) {
    this.mostAtOnce = Math.max(1, Math.min(MAX_JOBS_A_ROUND, Math.floor(MAX_PAYLOADS_A_ROUND_KB / payloadLimitKb)));
  }

  [Symbol.iterator](): Iterator<PollGroup> {
    return this.groups.values();
  }

  /** The group that serves these queues; a new one takes the place of all that are out of use. */
  of(serves: readonly string[] | '*'): PollGroup {
    const key = JSON.stringify(serves);
    const known = this.groups.get(key);
    if (known) return known;
    for (const [oldKey, old] of this.groups) if (!old.isInUse) this.groups.delete(oldKey);
    const group = new PollGroup(serves);
    if (this.isClosed) group.close();
    this.groups.set(key, group);
    return group;
  }

  /** Answers every poll that waits, and whichever comes from now on, with nothing. */
  close(): void {
    this.isClosed = true;
    for (const group of this) group.close();
  }

  /**
   * Deals jobs that nobody has looked for yet out to polls that wait for nothing else, and takes those polls out of their groups. Jobs of
   * limited and of paused queues get no poll: whether they may run, the database tells.
   * @returns in `unmatched` the jobs that found no poll
   */
  match<Job extends Candidate>(jobs: readonly Job[]): { matches: Match<Job>[]; unmatched: readonly Job[] } {
    const matches: Match<Job>[] = [];
    const taken = new Set<Job>();
    let rest = jobs.filter(({ queue }) => !this.settings.limits.has(queue) && !this.settings.paused.includes(queue));
    for (const group of this.groups.values()) {
      if (rest.length === 0) break;
      if (!group.isParked) continue;
      const served = rest.filter(({ queue }) => group.servesAny([queue])).slice(0, this.mostAtOnce);
      const { assigned } = group.assign(served, this.mostAtOnce);
      if (assigned.length === 0) continue;
      matches.push({ group, assigned });
      for (const { job } of assigned) taken.add(job);
      rest = rest.filter((job) => !taken.has(job));
    }
    return { matches, unmatched: matches.length === 0 ? jobs : jobs.filter((job) => !taken.has(job)) };
  }
}
