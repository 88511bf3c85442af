import { Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { QueueModule } from '../queue/queue.module.js';
import { ReadyQueue } from '../queue/ready-queue.js';
import { Announcer } from './announcer.js';
import { Claimer } from './claimer.js';
import { DispatchController } from './dispatch.controller.js';
import { Dispatcher } from './dispatcher.js';
import { JobCommands } from './job-commands.js';
import { JobReader } from './job-reader.js';
import { jobReadingControllers, jobReadingProviders } from './job-reading.js';
import { JobStore } from './job-store.js';
import { JobsController } from './jobs.controller.js';
import { Leases } from './leases.js';
import { PollRecords } from './poll-records.js';
import { PollingWorkers } from './polling-workers.js';
import { JobReadySource } from './ready-source.js';
import { Reports } from './reports.js';
import { Submission } from './submission.js';
import { WorkerMinutes } from './worker-minutes.js';

/** Owns jobs and attempts: submission, dispatch, reports, lists, and what people do to jobs. */
@Module({
  imports: [QueueModule],
  controllers: [DispatchController, JobsController, ...jobReadingControllers],
  providers: [
    Announcer,
    Claimer,
    Dispatcher,
    JobCommands,
    JobReader,
    JobReadySource,
    JobStore,
    Leases,
    PollRecords,
    PollingWorkers,
    Reports,
    Submission,
    WorkerMinutes,
    ...jobReadingProviders,
  ],
  exports: [Announcer, Dispatcher, JobCommands, JobReader, JobStore, Leases, WorkerMinutes],
})
export class JobsModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly queue: ReadyQueue,
    private readonly source: JobReadySource,
  ) {}

  onApplicationBootstrap(): void {
    this.queue.start(this.source);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.queue.stop();
  }
}
