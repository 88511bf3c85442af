import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG, LOGGER } from '../../config/config.module.js';
import type { Logger } from '../logger.js';
import { RedisConnections } from './redis-connections.js';

/** The process's RedisConnections, or null without REDIS_URL. */
export const REDIS = Symbol('redis');

/** Provides `REDIS` and closes it after everything else was told to stop. */
@Global()
@Module({
  providers: [
    {
      provide: REDIS,
      inject: [CONFIG, LOGGER],
      useFactory: (config: Config, logger: Logger) =>
        config.redisUrl === undefined ? null : new RedisConnections(config.redisUrl, logger),
    },
  ],
  exports: [REDIS],
})
export class RedisModule implements OnApplicationShutdown {
  constructor(@Inject(REDIS) private readonly redis: RedisConnections | null) {}

  onApplicationShutdown(): void {
    this.redis?.close();
  }
}
