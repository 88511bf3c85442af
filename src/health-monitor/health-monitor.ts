import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOGGER } from '../config/config.module.js';
import { Announcer } from '../jobs/announcer.js';
import { JobStore } from '../jobs/job-store.js';
import type { Logger } from '../platform/logger.js';
import { PeriodicTask } from '../platform/periodic-task.js';
import { ReadyQueue } from '../queue/ready-queue.js';
import { WorkerRegistry } from '../workers/worker-registry.js';
import { markSilentWorkers } from './sweeps/mark-silent-workers.js';
import { reapOverrunAttempts } from './sweeps/reap-overrun-attempts.js';
import { repairReadyQueue } from './sweeps/repair-ready-queue.js';
import { wakeDueJobs } from './sweeps/wake-due-jobs.js';

/** The table of sweeps: whatever a crash left half done, one of them finishes. */
@Injectable()
export class HealthMonitor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly tasks: PeriodicTask[];

  constructor(
    store: JobStore,
    announcer: Announcer,
    workers: WorkerRegistry,
    queue: ReadyQueue,
    @Inject(CONFIG) config: Config,
    @Inject(LOGGER) logger: Logger,
  ) {
    const sweepMs = config.sweepSeconds * 1000;
    const sweeps = [
      wakeDueJobs(store, announcer, sweepMs),
      reapOverrunAttempts(store, announcer, logger, sweepMs),
      markSilentWorkers(workers, logger, sweepMs),
      repairReadyQueue(queue, sweepMs),
    ];
    this.tasks = sweeps.map((sweep) => new PeriodicTask({ ...sweep, logger }));
  }

  onApplicationBootstrap(): void {
    this.tasks.forEach((task) => task.start());
  }

  /** Before the connections close under them. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.tasks.map((task) => task.stop()));
  }
}
