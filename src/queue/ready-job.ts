/** A job that may be taken: what the ready queue needs to know of it. */
export interface ReadyJob {
  id: string;
  queue: string;
  priority: number;
}

/** A ready job with another place: its queue, its priority or both changed. */
export interface MovedJob extends ReadyJob {
  fromQueue: string;
}

/** An id handed out by `take`. It stays in flight until `settle` gets it back, or five seconds have passed. */
export interface TakenJob {
  id: string;
  queue: string;
  /** What it was taken with. A batch is settled as a whole. */
  batch: string;
}

/** What became of taken jobs: all those of their batches, in one of the two. */
export interface Verdicts {
  /** Claimed, or no longer there to be claimed. */
  done: readonly TakenJob[];
  /** Still ready, but not claimable now (their queue is at its limit): they go back to their place, and nobody is woken. */
  gated: readonly TakenJob[];
}

/** What the ready queue needs of PostgreSQL to repair and rebuild Redis. */
export interface ReadySource {
  /** Names of queues with ready jobs, ascending, those after the given one. */
  activeQueues(after: string | null, limit: number): Promise<string[]>;
  /** Ready jobs of one queue in the order of (priority DESC, id), those after the given one. */
  readyJobs(queue: string, after: { priority: number; id: string } | null, limit: number): Promise<ReadyJob[]>;
  /** How many jobs are ready, counted up to the limit. */
  countReady(limit: number): Promise<number>;
  /** Runs the work while holding the one lock of this database for rebuilds. False, without running it, when another process holds it. */
  withRebuildLock(work: () => Promise<void>): Promise<boolean>;
}

/** Hears the names of queues with new ready jobs, or '*' when any queue may have some. Must not throw. */
export type ReadyListener = (queues: readonly string[] | '*') => void;
