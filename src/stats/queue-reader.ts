import { NAME } from '../contract/name.js';
import type { ListQueuesQuery, Queue, QueueList } from '../contract/queue.dto.js';
import type { Database } from '../platform/database/database.js';
import { DomainError } from '../platform/errors/domain-error.js';
import { groupBy } from '../platform/group-by.js';
import type { FoldDeltas } from './fold-deltas.js';
import { percentileMs } from './percentile.js';
import { endedPerMinute, queueFigures, queueNames, recentWaits } from './queue-queries.js';
import { oldestPendingOfQueues } from './stats-queries.js';

const MINUTES = 60;

type Figures = Omit<
  Queue,
  'ended_per_minute' | 'wait_p95_ms' | 'oldest_pending_seconds' | 'succeeded_last_hour' | 'failed_last_hour'
> & { is_known: boolean };

interface Ended {
  name: string;
  minutes_ago: number;
  succeeded: number;
  failed: number;
}

interface Wait {
  name: string;
  duration_bucket: number;
  n: number;
}

/** Reads queues: counts exact as of now, history about a second old. */
export class QueueReader {
  constructor(
    private readonly database: Database,
    private readonly deltas: FoldDeltas,
  ) {}

  /** By name. @throws DomainError `invalid_request` for a cursor that no list gave out */
  async list({ q = '', limit = 100, cursor }: ListQueuesQuery): Promise<QueueList> {
    const pattern = `%${q.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
    const after = cursor === undefined ? '' : readCursor(cursor);
    const rows = await this.database.api.query<{ name: string }>(queueNames, [
      this.deltas.horizon,
      after,
      pattern,
      limit + 1,
    ]);
    const names = rows.slice(0, limit).map((row) => row.name);
    const { queues } = await this.read(names);
    return { queues, next_cursor: rows.length > limit ? writeCursor(names.at(-1)!) : null };
  }

  /** @throws DomainError when no job ever named it and nothing is set for it */
  async get(name: string): Promise<Queue> {
    const { queues, unknown } = await this.read([name]);
    if (unknown.has(name)) throw new DomainError('queue_not_found', `There is no queue ${name}.`);
    return queues[0]!;
  }

  /** The queues of these names, in order, also those that nobody knows. */
  async read(names: readonly string[]): Promise<{ queues: Queue[]; unknown: Set<string> }> {
    if (names.length === 0) return { queues: [], unknown: new Set() };
    const { api } = this.database;
    const [figures, ended, waits] = await Promise.all([
      api.query<Figures>(queueFigures, [this.deltas.horizon, names]),
      api.query<Ended>(endedPerMinute, [names]),
      api.query<Wait>(recentWaits, [names]),
    ]);
    const waiting = figures.filter((row) => row.pending > 0).map((row) => row.name);
    const oldest = new Map(
      (await api.query<{ name: string; seconds: number | null }>(oldestPendingOfQueues, [waiting])).map(
        ({ name, seconds }) => [name, seconds],
      ),
    );
    const byName = new Map(figures.map((row) => [row.name, row]));
    const endedByName = groupBy(ended, ({ name }) => name);
    const waitsByName = groupBy(waits, ({ name }) => name);
    const queues = names.map((name) => {
      const { is_known: _, ...row } = byName.get(name)!;
      return {
        ...row,
        ...historyOf(endedByName.get(name) ?? [], waitsByName.get(name) ?? []),
        oldest_pending_seconds: oldest.get(name) ?? null,
      };
    });
    return { queues, unknown: new Set(figures.filter((row) => !row.is_known).map((row) => row.name)) };
  }
}

const AFTER = 'after ';

function writeCursor(name: string): string {
  return Buffer.from(AFTER + name).toString('base64url');
}

function readCursor(text: string): string {
  const cursor = Buffer.from(text, 'base64url').toString('latin1');
  const name = cursor.slice(AFTER.length);
  if (cursor.startsWith(AFTER) && NAME.test(name)) return name;
  const message = 'is not a cursor of this list';
  throw new DomainError('invalid_request', `The request is not valid: cursor ${message}.`, {
    details: [{ field: 'cursor', message }],
  });
}

function historyOf(ended: readonly Ended[], waits: readonly Wait[]) {
  const ended_per_minute = Array<number>(MINUTES).fill(0);
  for (const { minutes_ago, succeeded, failed } of ended) {
    ended_per_minute[MINUTES - 1 - minutes_ago] = succeeded + failed;
  }
  return {
    succeeded_last_hour: ended.reduce((sum, { succeeded }) => sum + succeeded, 0),
    failed_last_hour: ended.reduce((sum, { failed }) => sum + failed, 0),
    ended_per_minute,
    wait_p95_ms: percentileMs(new Map(waits.map(({ duration_bucket, n }) => [duration_bucket, n])), 0.95),
  };
}
