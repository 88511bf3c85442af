import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOGGER } from '../config/config.module.js';
import type { Report, ReportResult } from '../contract/lease.dto.js';
import { Database } from '../platform/database/database.js';
import type { Logger } from '../platform/logger.js';
import { PeriodicTask } from '../platform/periodic-task.js';
import { addWorkerMinutes, dropWorkerLosses, dropWorkerMinutes } from './queries/worker-history-queries.js';

const WRITE_EVERY_SWEEPS = 15;
const MAX_WORKERS = 10_000;
const MAX_DROPPED = 10_000;

interface Tally {
  succeeded: number;
  failed: number;
  busySeconds: number;
}

/**
 * Counts what each worker does, in memory, and adds it to the database a few times a minute in one statement, whatever the number of
 * workers: reports and heartbeats cost no SQL for it. For people only: what a crash, or a database that is away, takes of it is gone.
 */
@Injectable()
export class WorkerMinutes implements OnApplicationBootstrap, OnModuleDestroy {
  private tallies = new Map<string, Tally>();
  private readonly task: PeriodicTask;

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) { sweepSeconds }: Pick<Config, 'sweepSeconds'>,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.task = new PeriodicTask({
      name: 'worker minutes',
      everyMs: sweepSeconds * 1000 * WRITE_EVERY_SWEEPS,
      logger,
      run: () => this.write(),
    });
  }

  onApplicationBootstrap(): void {
    this.task.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.task.stop();
    await this.write().catch(() => undefined);
  }

  /** Counts the reports that were accepted. @param results one for each report */
  countReports(workerId: string, reports: readonly Report[], results: readonly ReportResult[]): void {
    const tally = this.tallyOf(workerId);
    if (!tally) return;
    reports.forEach(({ status }, index) => {
      if (results[index]?.verdict !== 'accepted') return;
      if (status === 'SUCCESS') tally.succeeded++;
      else if (status === 'FAILED' || status === 'TIMED_OUT') tally.failed++;
    });
  }

  /** Counts so many slots as used for so long: from one heartbeat to the next. */
  countBusy(workerId: string, slots: number, seconds: number): void {
    const tally = slots > 0 ? this.tallyOf(workerId) : undefined;
    if (tally) tally.busySeconds += slots * seconds;
  }

  /** Writes what was counted since the last time, and forgets what is too old. */
  async write(): Promise<void> {
    const tallies = [...this.tallies];
    this.tallies = new Map();
    if (tallies.length > 0) {
      await this.database.sweep.query(addWorkerMinutes, [
        tallies.map(([workerId]) => workerId),
        tallies.map(([, { succeeded }]) => succeeded),
        tallies.map(([, { failed }]) => failed),
        tallies.map(([, { busySeconds }]) => busySeconds),
      ]);
    }
    await this.database.sweep.query(dropWorkerMinutes, [MAX_DROPPED]);
    await this.database.sweep.query(dropWorkerLosses, [MAX_DROPPED]);
  }

  /** Undefined when there are too many already. */
  private tallyOf(workerId: string): Tally | undefined {
    const known = this.tallies.get(workerId);
    if (known || this.tallies.size >= MAX_WORKERS) return known;
    const tally = { succeeded: 0, failed: 0, busySeconds: 0 };
    this.tallies.set(workerId, tally);
    return tally;
  }
}
