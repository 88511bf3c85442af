import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from './config/config.js';
import { ConfigModule } from './config/config.module.js';
import { EventsModule } from './events/events.module.js';
import { HealthModule } from './health-monitor/health.module.js';
import { HealthMonitorModule } from './health-monitor/health-monitor.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { DatabaseModule } from './platform/database/database.module.js';
import { EdgeModule } from './platform/http/edge.module.js';
import type { Logger } from './platform/logger.js';
import { RedisModule } from './platform/redis/redis.module.js';
import { QueueModule } from './queue/queue.module.js';
import { StatsModule } from './stats/stats.module.js';
import { WorkersModule } from './workers/workers.module.js';

/**
 * The orchestrator. The other roles need no module of their own: a worker is no Nest application but a client of this API
 * (worker-runtime/), and `all` is an orchestrator that runs a worker as a child process.
 */
@Module({})
export class OrchestratorModule {
  static with(config: Config, logger: Logger): DynamicModule {
    return {
      module: OrchestratorModule,
      imports: [
        ConfigModule.with(config, logger),
        DatabaseModule,
        RedisModule,
        EventsModule,
        QueueModule,
        // Routes are tried in this order, one by one: first those that workers call all day.
        WorkersModule,
        JobsModule,
        StatsModule,
        HealthMonitorModule,
        HealthModule,
        MetricsModule,
        EdgeModule.with(),
      ],
    };
  }
}
