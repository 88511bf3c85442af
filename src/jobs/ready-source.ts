import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import { statement } from '../platform/database/statement.js';
import type { ReadyJob, ReadySource } from '../queue/ready-job.js';
import { countReadyJobs, findActiveQueues, findReadyJobs } from './queries/ready-queries.js';

/** Any number that nobody else uses for an advisory lock of this database. */
const REBUILD_LOCK = 7_260_152_002;

const tryRebuildLock = statement('try_rebuild_lock', 'SELECT pg_try_advisory_lock($1) AS taken');
const freeRebuildLock = statement('free_rebuild_lock', 'SELECT pg_advisory_unlock($1)');

const HIGHEST_PRIORITY = 100;
const BEFORE_ALL_IDS = '00000000-0000-0000-0000-000000000000';

/** What PostgreSQL knows to be ready: what the ready queue in Redis is filled and repaired from. */
@Injectable()
export class JobReadySource implements ReadySource {
  constructor(private readonly database: Database) {}

  async activeQueues(after: string | null, limit: number): Promise<string[]> {
    const rows = await this.database.sweep.query<{ queue: string }>(findActiveQueues, [after ?? '', limit]);
    return rows.map(({ queue }) => queue);
  }

  readyJobs(queue: string, after: { priority: number; id: string } | null, limit: number): Promise<ReadyJob[]> {
    const { priority, id } = after ?? { priority: HIGHEST_PRIORITY, id: BEFORE_ALL_IDS };
    return this.database.sweep.query<ReadyJob>(findReadyJobs, [queue, priority, id, limit]);
  }

  async countReady(limit: number): Promise<number> {
    const [row] = await this.database.sweep.query<{ n: number }>(countReadyJobs, [limit]);
    return row?.n ?? 0;
  }

  withRebuildLock(work: () => Promise<void>): Promise<boolean> {
    return this.database.sweep.session(async (session) => {
      const [row] = await session.query<{ taken: boolean }>(tryRebuildLock, [REBUILD_LOCK]);
      if (!row?.taken) return false;
      try {
        await work();
      } finally {
        await session.query(freeRebuildLock, [REBUILD_LOCK]);
      }
      return true;
    });
  }
}
