import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOGGER } from '../config/config.module.js';
import { EventBus } from '../events/event-bus.js';
import { Database } from '../platform/database/database.js';
import type { Logger } from '../platform/logger.js';
import { QueueSettings } from '../queue/queue-settings.js';
import { QueueModule } from '../queue/queue.module.js';
import { ReadyQueue } from '../queue/ready-queue.js';
import { CountsPublisher } from './counts-publisher.js';
import { ErrorGroups } from './error-groups.js';
import { ErrorsController } from './errors.controller.js';
import { FoldDeltas } from './fold-deltas.js';
import { QueueBoard } from './queue-board.js';
import { QueueChanges } from './queue-changes.js';
import { QueueReader } from './queue-reader.js';
import { QueuesController } from './queues.controller.js';
import { StatsReader } from './stats-reader.js';
import { StatsController } from './stats.controller.js';
import { StatsSweeps } from './stats-sweeps.js';
import { TimeseriesReader } from './timeseries.js';

/** Counts, history, error groups and queues: folds what the hot path appends, and answers from that. */
@Module({
  imports: [QueueModule],
  controllers: [StatsController, ErrorsController, QueuesController],
  providers: [
    { provide: FoldDeltas, inject: [Database], useFactory: (database: Database) => new FoldDeltas(database) },
    {
      provide: StatsReader,
      inject: [Database, FoldDeltas],
      useFactory: (database: Database, deltas: FoldDeltas) => new StatsReader(database, deltas),
    },
    {
      provide: TimeseriesReader,
      inject: [Database],
      useFactory: (database: Database) => new TimeseriesReader(database),
    },
    {
      provide: ErrorGroups,
      inject: [Database, LOGGER],
      useFactory: (database: Database, logger: Logger) => new ErrorGroups(database, logger),
    },
    {
      provide: QueueBoard,
      inject: [Database, FoldDeltas, EventBus],
      useFactory: (database: Database, deltas: FoldDeltas, bus: EventBus) => {
        const board = new QueueBoard(database, deltas);
        bus.subscribe(({ kind }) => {
          if (kind === 'queue' || kind === 'reset') board.forget();
        });
        return board;
      },
    },
    {
      provide: QueueReader,
      inject: [Database, FoldDeltas, QueueBoard],
      useFactory: (database: Database, deltas: FoldDeltas, board: QueueBoard) =>
        new QueueReader(database, deltas, board),
    },
    {
      provide: QueueChanges,
      inject: [Database, QueueSettings, ReadyQueue, EventBus, QueueReader, LOGGER],
      useFactory: (
        database: Database,
        settings: QueueSettings,
        ready: ReadyQueue,
        bus: EventBus,
        queues: QueueReader,
        logger: Logger,
      ) => new QueueChanges(database, settings, ready, bus, queues, logger),
    },
    {
      provide: CountsPublisher,
      inject: [EventBus, StatsReader, LOGGER],
      useFactory: (bus: EventBus, stats: StatsReader, logger: Logger) => new CountsPublisher(bus, stats, logger),
    },
    {
      provide: StatsSweeps,
      inject: [FoldDeltas, CONFIG, LOGGER],
      useFactory: (deltas: FoldDeltas, config: Config, logger: Logger) => new StatsSweeps(deltas, config, logger),
    },
  ],
  exports: [FoldDeltas, QueueBoard, StatsReader],
})
export class StatsModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly sweeps: StatsSweeps,
    private readonly counts: CountsPublisher,
  ) {}

  onApplicationBootstrap(): void {
    this.sweeps.start();
    this.counts.start();
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all([this.sweeps.stop(), this.counts.stop()]);
  }
}
