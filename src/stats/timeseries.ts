import type {
  QueueBacklog,
  StatsWindow,
  Timeseries,
  TimeseriesBucket,
  TimeseriesQuery,
} from '../contract/stats.dto.js';
import type { Database } from '../platform/database/database.js';
import { DomainError } from '../platform/errors/domain-error.js';
import { percentileMs } from './percentile.js';
import { chart, longestBacklogs } from './stats-queries.js';
import { frameOf, stepStarts } from './stats-windows.js';

const LISTED_QUEUES = 5;
const DEFAULT_WINDOW: StatsWindow = '1h';

interface ChartRow {
  at: Date;
  metric: string;
  duration_bucket: number;
  n: number;
}

interface BacklogRow {
  queue: string;
  at: Date | null;
  n: number | null;
  pending: number;
}

/** What one step of a chart adds up. */
class Step {
  readonly counts = new Map<string, number>();
  readonly waits = new Map<number, number>();
  readonly runs = new Map<number, number>();

  add({ metric, duration_bucket, n }: ChartRow): void {
    if (metric === 'wait_time') this.waits.set(duration_bucket, n);
    else if (metric === 'run_time') this.runs.set(duration_bucket, n);
    else this.counts.set(metric, n);
  }

  count(metric: string): number {
    return this.counts.get(metric) ?? 0;
  }
}

/** Reads history for charts from buckets that were made while the jobs passed. It is about a second old. */
export class TimeseriesReader {
  constructor(private readonly database: Database) {}

  /** @throws DomainError when asked by queue and by type at once */
  async read({ queue, type, window = DEFAULT_WINDOW }: TimeseriesQuery): Promise<Timeseries> {
    if (queue !== undefined && type !== undefined) {
      throw new DomainError('invalid_request', 'History is kept by queue and by type, not by both at once.', {
        details: [{ field: 'type', message: 'cannot be given together with queue' }],
      });
    }
    const scope = queue !== undefined ? 'queue' : type !== undefined ? 'type' : 'all';
    const frame = frameOf(window, scope);
    const { stepSeconds, steps, bucketSeconds } = frame;
    const [rows, backlogs] = await Promise.all([
      this.database.read.query<ChartRow>(chart, [scope, queue ?? type ?? '', stepSeconds, steps, bucketSeconds]),
      scope === 'all'
        ? this.database.read.query<BacklogRow>(longestBacklogs, [LISTED_QUEUES, stepSeconds, steps, bucketSeconds])
        : [],
    ]);
    const now = rows.find((row) => row.metric === 'pending')!;
    const starts = stepStarts(frame, now.at);
    const buckets = bucketsOf(rows, starts, now.n);
    return {
      window,
      bucket_seconds: stepSeconds,
      buckets,
      backlog_by_queue: scope === 'all' ? backlogByQueue(backlogs, starts, buckets) : [],
    };
  }
}

function bucketsOf(rows: readonly ChartRow[], starts: readonly number[], pending: number): TimeseriesBucket[] {
  const steps = new Map(starts.map((at) => [at, new Step()]));
  for (const row of rows) steps.get(row.at.getTime())?.add(row);
  const backlog = backlogAt(starts, pending, (at) => steps.get(at)!.count('backlog'));
  return [...steps].map(([at, step], index) => {
    const [failed, dead] = [step.count('failed'), step.count('dead')];
    return {
      at: new Date(at).toISOString(),
      created: step.count('created'),
      started: step.count('started'),
      succeeded: step.count('succeeded'),
      failed_attempts: step.count('retried') + failed + dead,
      failed,
      dead,
      cancelled: step.count('cancelled'),
      backlog: backlog[index]!,
      wait_p50_ms: percentileMs(step.waits, 0.5),
      wait_p95_ms: percentileMs(step.waits, 0.95),
      duration_p50_ms: percentileMs(step.runs, 0.5),
      duration_p95_ms: percentileMs(step.runs, 0.95),
    };
  });
}

/** The backlog at the end of each step: what it is now, less what has changed since. */
function backlogAt(starts: readonly number[], pending: number, changeIn: (at: number) => number): number[] {
  let backlog = pending;
  return starts
    .toReversed()
    .map((at) => {
      const atEnd = Math.max(0, backlog);
      backlog -= changeIn(at);
      return atEnd;
    })
    .reverse();
}

function backlogByQueue(
  rows: readonly BacklogRow[],
  starts: readonly number[],
  buckets: readonly TimeseriesBucket[],
): QueueBacklog[] {
  const changes = new Map<string, { pending: number; byStep: Map<number, number> }>();
  for (const { queue, at, n, pending } of rows) {
    const known = changes.get(queue) ?? { pending, byStep: new Map<number, number>() };
    changes.set(queue, known);
    if (at !== null && n !== null) known.byStep.set(at.getTime(), n);
  }
  const listed: QueueBacklog[] = [...changes].map(([queue, { pending, byStep }]) => ({
    queue,
    values: backlogAt(starts, pending, (at) => byStep.get(at) ?? 0),
  }));
  const rest = buckets.map(({ backlog }, index) =>
    Math.max(
      0,
      listed.reduce((left, { values }) => left - values[index]!, backlog),
    ),
  );
  return [...listed, { queue: null, values: rest }];
}
