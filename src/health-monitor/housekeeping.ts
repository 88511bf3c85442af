import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import type { Config } from '../config/config.js';
import { CONFIG, LOGGER } from '../config/config.module.js';
import { JobStore } from '../jobs/job-store.js';
import { idRangeOfTime } from '../jobs/listing/job-id-range.js';
import { clock } from '../platform/clock.js';
import { Database } from '../platform/database/database.js';
import { statement } from '../platform/database/statement.js';
import type { Logger } from '../platform/logger.js';
import { WorkerRegistry } from '../workers/worker-registry.js';

const FORGET_WORKERS_AFTER_DAYS = 7;
const BATCH = 1000;
const ONE_AT_A_TIME = { waitForCompletion: true };

/**
 * Ended jobs past their keeping, oldest first. What ended before a moment was created before it, and ids are in the order of creation:
 * the walk ends at the first id that is too young. Index: primary key.
 */
const findExpiredJobs = statement(
  'find_expired_jobs',
  `SELECT id FROM jobs
  WHERE id > $2 AND id < $4 AND finished_at < clock_timestamp() - make_interval(secs => $1::float8)
  ORDER BY id LIMIT $3`,
);

/** What was done to jobs that are gone, past its own keeping. Walks the primary key from the oldest entry. */
const forgetEvents = statement(
  'forget_events',
  `DELETE FROM job_events WHERE id IN (
    SELECT e.id FROM job_events e
    WHERE e.at < clock_timestamp() - make_interval(secs => $1::float8) AND NOT EXISTS (SELECT FROM jobs j WHERE j.id = e.job_id)
    ORDER BY e.id LIMIT $2
  ) RETURNING id`,
);

const DAY_SECONDS = 24 * 3600;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Throws away what has served its time. Nothing depends on when it runs, and every orchestrator may. */
@Injectable()
export class Housekeeping implements BeforeApplicationShutdown {
  private isStopping = false;

  constructor(
    private readonly database: Database,
    private readonly store: JobStore,
    private readonly workers: WorkerRegistry,
    @Inject(CONFIG) private readonly config: Pick<Config, 'retentionDays'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  beforeApplicationShutdown(): void {
    this.isStopping = true;
  }

  @Cron(CronExpression.EVERY_HOUR, ONE_AT_A_TIME)
  async forgetWorkers(): Promise<void> {
    await this.attempt('silent workers', () => this.workers.forgetSilent(FORGET_WORKERS_AFTER_DAYS));
  }

  /** Deletes ended jobs older than the setting says; 0 keeps them for ever. */
  @Cron(CronExpression.EVERY_10_MINUTES, ONE_AT_A_TIME)
  async forgetEndedJobs(): Promise<void> {
    if (this.config.retentionDays > 0) await this.attempt('ended jobs', () => this.removeExpired());
  }

  /** Deletes the record of jobs that are gone, once it is as old as ended jobs may get. */
  @Cron(CronExpression.EVERY_HOUR, ONE_AT_A_TIME)
  async forgetEvents(): Promise<void> {
    if (this.config.retentionDays > 0) await this.attempt('events of deleted jobs', () => this.removeEvents());
  }

  private async removeEvents(): Promise<void> {
    const seconds = this.config.retentionDays * DAY_SECONDS;
    for (let removed = BATCH; removed === BATCH && !this.isStopping;) {
      removed = (await this.database.sweep.query(forgetEvents, [seconds, BATCH])).length;
    }
  }

  private async removeExpired(): Promise<void> {
    const seconds = this.config.retentionDays * DAY_SECONDS;
    const { high: tooYoung } = idRangeOfTime(undefined, new Date(clock.now().getTime() - seconds * 1000).toISOString());
    let removed = 0;
    for (let after: string | undefined = FIRST_ID; after !== undefined && !this.isStopping;) {
      const rows: { id: string }[] = await this.database.sweep.query(findExpiredJobs, [
        seconds,
        after,
        BATCH,
        tooYoung,
      ]);
      removed += (
        await this.store.remove(
          rows.map(({ id }) => id),
          'retention',
        )
      ).length;
      after = rows.length === BATCH ? rows.at(-1)!.id : undefined;
    }
    if (removed > 0) this.logger.info({ jobs: removed }, 'ended jobs past their keeping were deleted');
  }

  private async attempt(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.isStopping) this.logger.warn({ err: error, what }, 'housekeeping failed; the next run tries again');
    }
  }
}
