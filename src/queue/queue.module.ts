import { Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOGGER } from '../config/config.module.js';
import { EventBus } from '../events/event-bus.js';
import { Database } from '../platform/database/database.js';
import { Notifications } from '../platform/database/notifications.js';
import type { Logger } from '../platform/logger.js';
import type { RedisConnections } from '../platform/redis/redis-connections.js';
import { REDIS } from '../platform/redis/redis.module.js';
import { QueueSettings } from './queue-settings.js';
import { ReadyQueue } from './ready-queue.js';

/** Provides the ReadyQueue, which who owns the jobs starts with them as its source, and stops; and the QueueSettings. */
@Module({
  providers: [
    {
      provide: ReadyQueue,
      inject: [REDIS, Notifications, CONFIG, LOGGER],
      useFactory: (redis: RedisConnections | null, notifications: Notifications, config: Config, logger: Logger) =>
        new ReadyQueue(redis, notifications, config, logger),
    },
    {
      provide: QueueSettings,
      inject: [Database, ReadyQueue, EventBus, LOGGER],
      useFactory: (database: Database, queue: ReadyQueue, bus: EventBus, logger: Logger) =>
        new QueueSettings(database, queue, bus, logger),
    },
  ],
  exports: [ReadyQueue, QueueSettings],
})
export class QueueModule implements OnModuleInit, OnModuleDestroy {
  constructor(private readonly settings: QueueSettings) {}

  onModuleInit(): Promise<void> {
    return this.settings.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.settings.stop();
  }
}
