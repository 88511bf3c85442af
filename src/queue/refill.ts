import { clock } from '../platform/clock.js';
import { MAX_IDS, type ReadyIds } from './ready-ids.js';
import type { ReadyJob, ReadySource } from './ready-job.js';

const QUEUES_AT_A_TIME = 1000;
/** The head of a queue: when none of it is missing, the rest can wait until it has moved up. */
const HEAD = 100;
const TOP_UP_BUDGET_MS = 300;

/** Pushes every ready job that PostgreSQL has; one page is read while the last one is written. */
export async function refill(source: ReadySource, ids: ReadyIds): Promise<{ queues: number; jobs: number }> {
  const count = { queues: 0, jobs: 0 };
  let written: Promise<void> = Promise.resolve();
  for await (const queue of walkQueues(source, null)) {
    count.queues++;
    for await (const jobs of walkJobs(source, queue, MAX_IDS)) {
      await written;
      written = ids.push(jobs);
      // Awaited a page later; until then a failure is not unhandled.
      written.catch(() => undefined);
      count.jobs += jobs.length;
    }
  }
  await written;
  return count;
}

/** Adds what is missing at the head of the queues, a few each tick, so that a lost push costs a second or two. */
export class TopUp {
  private after: string | null = null;

  /** Goes on where the last run stopped, for a third of a second at most. Answers how many ids were missing. */
  async run(source: ReadySource, ids: ReadyIds): Promise<number> {
    const endsAt = clock.monotonicMs() + TOP_UP_BUDGET_MS;
    let missing = 0;
    for await (const queue of walkQueues(source, this.after)) {
      missing += await topUpQueue(source, ids, queue);
      this.after = queue;
      if (clock.monotonicMs() > endsAt) return missing;
    }
    this.after = null;
    return missing;
  }
}

async function topUpQueue(source: ReadySource, ids: ReadyIds, queue: string): Promise<number> {
  let looked = 0;
  let missing = 0;
  for await (const jobs of walkJobs(source, queue, HEAD)) {
    const added = await ids.topUp(queue, jobs);
    missing += added;
    looked += jobs.length;
    if (added === 0 || looked >= MAX_IDS) break;
  }
  return missing;
}

async function* walkQueues(source: ReadySource, from: string | null): AsyncGenerator<string> {
  let after = from;
  for (;;) {
    const queues = await source.activeQueues(after, QUEUES_AT_A_TIME);
    yield* queues;
    if (queues.length < QUEUES_AT_A_TIME) return;
    after = queues.at(-1)!;
  }
}

async function* walkJobs(source: ReadySource, queue: string, pageSize: number): AsyncGenerator<ReadyJob[]> {
  let after: ReadyJob | null = null;
  for (;;) {
    const jobs: ReadyJob[] = await source.readyJobs(queue, after, pageSize);
    if (jobs.length > 0) yield jobs;
    if (jobs.length < pageSize) return;
    after = jobs.at(-1)!;
  }
}
