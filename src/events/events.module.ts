import { Global, Module, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOGGER } from '../config/config.module.js';
import { Notifications } from '../platform/database/notifications.js';
import type { Logger } from '../platform/logger.js';
import type { RedisConnections } from '../platform/redis/redis-connections.js';
import { REDIS } from '../platform/redis/redis.module.js';
import { EventBus } from './event-bus.js';
import { EventRelay } from './event-relay.js';
import { EventStream } from './event-stream.js';
import { EventsController } from './events.controller.js';

/** Provides the EventBus to all modules, and streams it to browsers. Streams end first of all when the server stops. */
@Global()
@Module({
  controllers: [EventsController],
  providers: [
    {
      provide: EventBus,
      inject: [REDIS, Notifications, CONFIG, LOGGER],
      useFactory: (redis: RedisConnections | null, notifications: Notifications, config: Config, logger: Logger) =>
        new EventBus(new EventRelay(redis, notifications, config, logger), logger),
    },
    { provide: EventStream, inject: [EventBus], useFactory: (bus: EventBus) => new EventStream(bus) },
  ],
  exports: [EventBus],
})
export class EventsModule implements OnModuleDestroy, OnApplicationShutdown {
  constructor(
    private readonly bus: EventBus,
    private readonly stream: EventStream,
  ) {
    bus.start();
  }

  onModuleDestroy(): void {
    this.stream.close();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.bus.stop();
  }
}
