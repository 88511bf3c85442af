import { QUEUE_CONCERNS, type ListQueuesQuery, type QueueSort, type QueueTotals } from '../contract/queue.dto.js';
import { clock } from '../platform/clock.js';
import type { Database } from '../platform/database/database.js';
import { Snapshot } from '../platform/snapshot.js';
import { sortedPage, type Page, type SortValue } from '../platform/sorted-page.js';
import type { FoldDeltas } from './fold-deltas.js';
import { withHistory, type CountedQueue, type QueueFigures } from './queue-figures.js';
import { allQueueFigures } from './queue-queries.js';

/** The queues with most to do; what more there are is counted, and found by its name alone. */
const MAX_QUEUES = 10_000;

/** All queues at one moment. */
export interface QueueOverview {
  queues: readonly QueueFigures[];
  totals: QueueTotals;
  asOf: Date;
}

type Row = CountedQueue & { [Key in keyof Omit<QueueTotals, 'concerns'> as `all_${Key}`]: number };

/** The figures of all queues, read once for all who ask within a short while: lists, the attention list, metrics. */
export class QueueBoard {
  private readonly snapshot = new Snapshot(() => this.load());

  constructor(
    private readonly database: Database,
    private readonly deltas: FoldDeltas,
  ) {}

  /** At most ten times as old as it took to read, so as a rule less than a second. */
  read(): Promise<QueueOverview> {
    return this.snapshot.read();
  }

  /** After a change that whoever made it wants to see. */
  forget(): void {
    this.snapshot.forget();
  }

  private async load(): Promise<QueueOverview> {
    const asOf = clock.now();
    const rows = await this.database.read.query<Row>(allQueueFigures, [this.deltas.horizon, MAX_QUEUES]);
    const counted = rows.map(({ all_queues, all_paused, all_scheduled, all_pending, all_running, ...row }) => {
      const { all_retrying, all_dead, ...queue } = row;
      return {
        queue,
        sums: { all_queues, all_paused, all_scheduled, all_pending, all_running, all_retrying, all_dead },
      };
    });
    const queues = await withHistory(
      this.database,
      counted.map(({ queue }) => queue),
    );
    const sums = counted[0]?.sums;
    const totals = {
      queues: sums?.all_queues ?? 0,
      paused: sums?.all_paused ?? 0,
      concerns: queues.filter(({ concern }) => concern !== null).length,
      scheduled: sums?.all_scheduled ?? 0,
      pending: sums?.all_pending ?? 0,
      running: sums?.all_running ?? 0,
      retrying: sums?.all_retrying ?? 0,
      dead: sums?.all_dead ?? 0,
    };
    return { queues, totals, asOf };
  }
}

/**
 * The queues that fit the filter, and one page of them.
 * @throws DomainError `invalid_request` for a cursor of another list
 */
export function pageOfQueues(
  queues: readonly QueueFigures[],
  { q = '', state, sort = 'name', limit = 100, cursor }: ListQueuesQuery,
): Page<QueueFigures> & { matching: number } {
  const wanted = q.toLowerCase();
  const rows = queues.filter((queue) => queue.name.toLowerCase().includes(wanted) && isIn(queue, state));
  const valueOf = VALUES[sort.replace('-', '') as keyof typeof VALUES];
  return { matching: rows.length, ...sortedPage({ rows, sort, valueOf, idOf: ({ name }) => name }, limit, cursor) };
}

function isIn(queue: QueueFigures, state: ListQueuesQuery['state']): boolean {
  switch (state) {
    case 'concern':
      return queue.concern !== null;
    case 'paused':
      return queue.is_paused;
    case 'running':
      return queue.running > 0;
    case 'idle':
      return queue.pending === 0 && queue.running === 0;
    case undefined:
      return true;
  }
}

const VALUES: Record<Exclude<QueueSort, `-${string}`>, (queue: QueueFigures) => SortValue> = {
  concern: gravity,
  name: ({ name }) => name,
  scheduled: ({ scheduled }) => scheduled,
  pending: ({ pending }) => pending,
  running: ({ running }) => running,
  retrying: ({ retrying }) => retrying,
  dead: ({ dead }) => dead,
  oldest: ({ oldest_pending_seconds }) => oldest_pending_seconds,
  wait_p95: ({ wait_p95_ms }) => wait_p95_ms,
  run_p95: ({ run_p95_ms }) => run_p95_ms,
  failed: ({ succeeded_last_hour, failed_last_hour }) =>
    failed_last_hour === 0 ? 0 : failed_last_hour / (succeeded_last_hour + failed_last_hour),
  utilisation: ({ running, slots }) => (slots === 0 ? null : running / slots),
  workers: ({ workers }) => workers,
};

/** The gravest concern first, and within one the longest; then those that work, then the idle ones. One number, so that a cursor can hold it. */
function gravity({ concern, pending, running, dead }: QueueFigures): number {
  const grade = concern === null ? QUEUE_CONCERNS.length : QUEUE_CONCERNS.indexOf(concern);
  const weight = Math.min(1e9, pending * 10 + running) + Math.min(0.9, dead / 1e9);
  return grade * 1e10 - weight;
}
