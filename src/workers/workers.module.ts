import { Module } from '@nestjs/common';
import { JobsModule } from '../jobs/jobs.module.js';
import { Heartbeats } from './heartbeats.js';
import { WorkerBoard } from './worker-board.js';
import { WorkerRegistry } from './worker-registry.js';
import { WorkersController } from './workers.controller.js';

/** Owns the workers: registration, heartbeats, drain. */
@Module({
  imports: [JobsModule],
  controllers: [WorkersController],
  providers: [WorkerBoard, WorkerRegistry, Heartbeats],
  exports: [WorkerBoard, WorkerRegistry],
})
export class WorkersModule {}
