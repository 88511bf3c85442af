import { JOB_STATUSES, type JobStatus } from '../contract/job-state.js';
import type { NameList, NamesQuery, Stats, StatsQuery, StatusCounts } from '../contract/stats.dto.js';
import type { Database } from '../platform/database/database.js';
import { escapeLike } from '../platform/database/like.js';
import type { FoldDeltas } from './fold-deltas.js';
import {
  countByStatus,
  findQueueNames,
  findTypeNames,
  knownNames,
  oldestPending,
  oldestPendingOfQueues,
  overview,
} from './stats-queries.js';

const MAX_NAMES = 200;

interface Overview {
  online: number;
  offline: number;
  slots: number;
  slots_used: number;
  queues_paused: number;
  queues_without_workers: number;
  dead_last_24h: number;
  as_of: Date;
}

/** Reads counts that are exact as of now, from totals and what is not yet folded into them. */
export class StatsReader {
  constructor(
    private readonly database: Database,
    private readonly deltas: FoldDeltas,
  ) {}

  async read({ queue, type }: StatsQuery): Promise<Stats> {
    const { read } = this.database;
    const { horizon } = this.deltas;
    const [jobs, [glance], [names]] = await Promise.all([
      this.countJobs({ queue, type }),
      read.query<Overview>(overview, [horizon, queue ?? null, type ?? null]),
      read.query<{ types: string[]; queue_names: string[] }>(knownNames, [horizon, MAX_NAMES]),
    ]);
    const { online, offline, slots, slots_used, queues_paused, queues_without_workers, dead_last_24h, as_of } = glance!;
    return {
      jobs,
      workers: { online, offline, slots, slots_used },
      oldest_pending_seconds: jobs.PENDING > 0 ? await this.oldestPendingSeconds({ queue, type }) : null,
      dead_last_24h,
      queues_paused,
      queues_without_workers,
      ...names!,
      as_of: as_of.toISOString(),
    };
  }

  /** Names to choose from, for what somebody types. */
  async names({ kind, q = '', limit = 20 }: NamesQuery): Promise<NameList> {
    const escaped = escapeLike(q);
    const rows = await this.database.read.query<{ name: string }>(kind === 'queue' ? findQueueNames : findTypeNames, [
      this.deltas.horizon,
      `%${escaped}%`,
      `${escaped}%`,
      limit + 1,
    ]);
    return { names: rows.slice(0, limit).map(({ name }) => name), has_more: rows.length > limit };
  }

  /** Jobs per status. */
  async countJobs({ queue, type }: StatsQuery): Promise<StatusCounts> {
    const rows = await this.database.read.query<{ status: JobStatus; n: number }>(countByStatus, [
      this.deltas.horizon,
      queue ?? null,
      type ?? null,
    ]);
    const counts = Object.fromEntries(JOB_STATUSES.map((status) => [status, 0])) as Record<JobStatus, number>;
    for (const { status, n } of rows) counts[status] = n;
    return counts;
  }

  /** No index finds the oldest of one type. */
  private async oldestPendingSeconds({ queue, type }: StatsQuery): Promise<number | null> {
    if (type !== undefined) return null;
    const rows = await (queue === undefined
      ? this.database.read.query<{ seconds: number }>(oldestPending, [])
      : this.database.read.query<{ seconds: number | null }>(oldestPendingOfQueues, [[queue]]));
    return rows[0]?.seconds ?? null;
  }
}
