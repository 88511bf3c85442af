import { Module, type OnModuleInit } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService, TerminusModule } from '@nestjs/terminus';
import type { Config } from '../config/config.js';
import { CONFIG, LOGGER } from '../config/config.module.js';
import { Database } from '../platform/database/database.js';
import type { Logger } from '../platform/logger.js';
import type { RedisConnections } from '../platform/redis/redis-connections.js';
import { REDIS } from '../platform/redis/redis.module.js';
import { QueueModule } from '../queue/queue.module.js';
import { ReadyQueue } from '../queue/ready-queue.js';
import { BootChecks } from './boot-checks.js';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';

/** The probes, and the checks at start whose warnings they show. */
@Module({
  // Terminus would log each failed probe: those who probe know, and what failed has logged it.
  imports: [TerminusModule.forRoot({ logger: false }), QueueModule],
  controllers: [HealthController],
  providers: [
    {
      provide: BootChecks,
      inject: [Database, REDIS, CONFIG, LOGGER],
      useFactory: (database: Database, redis: RedisConnections | null, config: Config, logger: Logger) =>
        new BootChecks(database, redis, config, logger),
    },
    {
      provide: Readiness,
      inject: [HealthCheckService, HealthIndicatorService, Database, REDIS, ReadyQueue, BootChecks],
      useFactory: (...parts: ConstructorParameters<typeof Readiness>) => new Readiness(...parts),
    },
  ],
  exports: [BootChecks],
})
export class HealthModule implements OnModuleInit {
  constructor(private readonly bootChecks: BootChecks) {}

  onModuleInit(): Promise<void> {
    return this.bootChecks.run();
  }
}
