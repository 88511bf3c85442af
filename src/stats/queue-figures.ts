import type { Queue, QueueConcern } from '../contract/queue.dto.js';
import type { Database } from '../platform/database/database.js';
import { groupBy } from '../platform/group-by.js';
import { percentileMs } from './percentile.js';
import { endedLastHour, recentTimes } from './queue-queries.js';
import { oldestPendingOfQueues } from './stats-queries.js';

const LATE_SECONDS = 300;
const FAILING_SHARE = 0.1;
/** Fewer say nothing about a share. */
const MIN_ENDED = 10;

/** What a statement over `queues`, counts and workers says of one. */
export type CountedQueue = Pick<
  Queue,
  | 'name'
  | 'is_paused'
  | 'concurrency_limit'
  | 'scheduled'
  | 'pending'
  | 'running'
  | 'retrying'
  | 'dead'
  | 'workers'
  | 'slots'
> & { paused_at: Date | null };

/** A queue with all but its minutes. */
export type QueueFigures = Omit<Queue, 'ended_per_minute'>;

interface Ended {
  name: string;
  succeeded: number;
  failed: number;
}

interface Times {
  name: string;
  metric: 'wait_time' | 'run_time';
  duration_bucket: number;
  n: number;
}

/** Adds what history and the ready jobs say of each queue: three statements, however many queues. */
export async function withHistory(database: Database, queues: readonly CountedQueue[]): Promise<QueueFigures[]> {
  if (queues.length === 0) return [];
  const { read } = database;
  const names = queues.map(({ name }) => name);
  const waiting = queues.filter(({ pending }) => pending > 0).map(({ name }) => name);
  const [ended, times, oldest] = await Promise.all([
    read.query<Ended>(endedLastHour, [names]),
    read.query<Times>(recentTimes, [names]),
    waiting.length === 0 ? [] : read.query<{ name: string; seconds: number | null }>(oldestPendingOfQueues, [waiting]),
  ]);
  const endedOf = new Map(ended.map((row) => [row.name, row]));
  const timesOf = groupBy(times, ({ name }) => name);
  const oldestOf = new Map(oldest.map(({ name, seconds }) => [name, seconds]));
  return queues.map((queue) => {
    const own = timesOf.get(queue.name) ?? [];
    const figures = {
      ...queue,
      paused_at: queue.paused_at?.toISOString() ?? null,
      succeeded_last_hour: endedOf.get(queue.name)?.succeeded ?? 0,
      failed_last_hour: endedOf.get(queue.name)?.failed ?? 0,
      wait_p95_ms: p95(own, 'wait_time'),
      run_p95_ms: p95(own, 'run_time'),
      oldest_pending_seconds: oldestOf.get(queue.name) ?? null,
    };
    return { ...figures, concern: concernOf(figures) };
  });
}

function p95(times: readonly Times[], wanted: Times['metric']): number | null {
  const histogram = new Map(
    times.filter(({ metric }) => metric === wanted).map(({ duration_bucket, n }) => [duration_bucket, n]),
  );
  return percentileMs(histogram, 0.95);
}

/** The gravest thing that is wrong with a queue. */
export function concernOf(queue: Omit<QueueFigures, 'concern'>): QueueConcern | null {
  if (queue.pending > 0 && !queue.is_paused && queue.workers === 0) return 'no_workers';
  if (queue.pending > 0 && queue.is_paused) return 'paused';
  if ((queue.oldest_pending_seconds ?? 0) > LATE_SECONDS) return 'late';
  const ended = queue.succeeded_last_hour + queue.failed_last_hour;
  return ended >= MIN_ENDED && queue.failed_last_hour > ended * FAILING_SHARE ? 'failing' : null;
}
