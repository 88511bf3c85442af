import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { JobsModule } from '../jobs/jobs.module.js';
import { QueueModule } from '../queue/queue.module.js';
import { WorkersModule } from '../workers/workers.module.js';
import { HealthMonitor } from './health-monitor.js';
import { Housekeeping } from './housekeeping.js';

/** Watches over jobs, leases, workers and the queue, and says how the whole is. */
@Module({
  imports: [JobsModule, QueueModule, WorkersModule, ScheduleModule.forRoot()],
  providers: [HealthMonitor, Housekeeping],
})
export class HealthMonitorModule {}
