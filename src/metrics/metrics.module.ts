import { Module } from '@nestjs/common';
import { LOGGER } from '../config/config.module.js';
import { EventBus } from '../events/event-bus.js';
import { Dispatcher } from '../jobs/dispatcher.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { Database } from '../platform/database/database.js';
import type { Logger } from '../platform/logger.js';
import { Metrics } from '../platform/metrics.js';
import { QueueModule } from '../queue/queue.module.js';
import { ReadyQueue } from '../queue/ready-queue.js';
import { QueueBoard } from '../stats/queue-board.js';
import { StatsReader } from '../stats/stats-reader.js';
import { StatsModule } from '../stats/stats.module.js';
import { MetricsController } from './metrics.controller.js';
import { measureOrchestrator } from './orchestrator-metrics.js';
import { measureQueues } from './queue-metrics.js';

/** Provides the Metrics and serves them. */
@Module({
  imports: [JobsModule, QueueModule, StatsModule],
  controllers: [MetricsController],
  providers: [{ provide: Metrics, inject: [LOGGER], useFactory: (logger: Logger) => new Metrics(logger) }],
  exports: [Metrics],
})
export class MetricsModule {
  constructor(
    metrics: Metrics,
    database: Database,
    queue: ReadyQueue,
    stats: StatsReader,
    dispatcher: Dispatcher,
    events: EventBus,
    board: QueueBoard,
  ) {
    measureOrchestrator(metrics, { database, queue, stats, dispatcher, events });
    measureQueues(metrics, board);
  }
}
