import { Module } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOGGER } from '../config/config.module.js';
import { Notifications } from '../platform/database/notifications.js';
import type { Logger } from '../platform/logger.js';
import type { RedisConnections } from '../platform/redis/redis-connections.js';
import { REDIS } from '../platform/redis/redis.module.js';
import { ReadyQueue } from './ready-queue.js';

/** Provides the ReadyQueue; who owns the jobs starts it with them as its source, and stops it. */
@Module({
  providers: [
    {
      provide: ReadyQueue,
      inject: [REDIS, Notifications, CONFIG, LOGGER],
      useFactory: (redis: RedisConnections | null, notifications: Notifications, config: Config, logger: Logger) =>
        new ReadyQueue(redis, notifications, config, logger),
    },
  ],
  exports: [ReadyQueue],
})
export class QueueModule {}
