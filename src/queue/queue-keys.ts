import type { ReadyJob } from './ready-job.js';

const HIGHEST_PRIORITY = 100;
/** Room for the milliseconds of an id (until the year 2109); the whole score stays below 2^53, where doubles are exact. */
const PRIORITY_STEP = 2 ** 42;

/** The names of all Redis keys of the ready queue. One hash tag: in a Cluster they share one slot, so that scripts may touch them all. */
export class QueueKeys {
  /** Hash: `id` of the generation in use, `server` (the Redis process it was made on), `built` once it is complete. */
  readonly generation: string;
  /** Set of generation ids that may still have keys. */
  readonly generations: string;
  /** Sorted set of orchestrators with parked polls, scored by when their registration ends (ms, Redis time). */
  readonly waiters: string;
  /** Present for a moment after one of the orchestrators topped up the queues. */
  readonly repairTurn: string;
  /** Followed by an orchestrator's id: sorted set of queue names that it has not yet heard of. */
  readonly wakePrefix: string;
  private readonly tag: string;

  constructor(prefix: string) {
    const tag = `{${prefix}:q}`;
    this.generation = `${tag}:generation`;
    this.generations = `${tag}:generations`;
    this.waiters = `${tag}:waiters`;
    this.repairTurn = `${tag}:repair-turn`;
    this.wakePrefix = `${tag}:wake:`;
    this.tag = tag;
  }

  /** Followed by a queue's name: sorted set of its ready ids, scored by `scoreOf`. */
  readyPrefix(generation: string): string {
    return `${this.tag}:ready:${generation}:`;
  }

  /** Sorted set of the queues that have ready ids; the lowest score is the next to be served. */
  active(generation: string): string {
    return `${this.tag}:active:${generation}`;
  }

  /** Sorted set of the batches that were taken and not yet settled, scored by when (ms, Redis time). */
  inflight(generation: string): string {
    return `${this.tag}:inflight:${generation}`;
  }

  /** Sorted set of the ids of one batch, scored as they were in their queue. */
  batch(generation: string, batch: string): string {
    return `${this.inflight(generation)}:${batch}`;
  }
}

/** A job's place in its queue: by priority, then by the milliseconds of its v7 id. Ties are ordered by the id itself. */
export function scoreOf({ priority, id }: ReadyJob): string {
  const createdMs = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
  return String((HIGHEST_PRIORITY - priority) * PRIORITY_STEP + createdMs);
}

/** A batch is named `<number>|<queue>`. */
export function queueOfBatch(batch: string): string {
  return batch.slice(batch.indexOf('|') + 1);
}
