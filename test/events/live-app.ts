import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { pino } from 'pino';
import { readCommand, type Config } from '../../src/config/config.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { EventBus } from '../../src/events/event-bus.js';
import { EventsModule } from '../../src/events/events.module.js';
import { DatabaseModule } from '../../src/platform/database/database.module.js';
import { Database } from '../../src/platform/database/database.js';
import { ErrorFilter } from '../../src/platform/http/error-filter.js';
import { jsonBody } from '../../src/platform/http/json-body.js';
import { useJsonResponses } from '../../src/platform/http/json-response.js';
import { RedisModule } from '../../src/platform/redis/redis.module.js';
import { ContractPipe } from '../../src/platform/validation/contract-pipe.js';
import { StatsModule } from '../../src/stats/stats.module.js';

const logger = pino({ level: 'silent' });

/** One orchestrator as far as live data goes: events, stats and queues over HTTP. */
export interface LiveApp {
  app: NestExpressApplication;
  url: string;
  bus: EventBus;
  database: Database;
  stop: () => Promise<void>;
}

export interface LiveAppOptions {
  databaseUrl: string;
  redisUrl?: string;
  redisPrefix?: string;
  sweepSeconds?: number;
}

export async function startLiveApp(options: LiveAppOptions): Promise<LiveApp> {
  const command = readCommand([], {}, '/dev/null');
  if (command.kind !== 'run') throw new Error('there is no configuration');
  const config: Config = { ...command.config, databasePoolSize: 8, ...options };
  const app = await NestFactory.create<NestExpressApplication>(
    {
      module: class LiveModule {},
      imports: [ConfigModule.with(config, logger), DatabaseModule, RedisModule, EventsModule, StatsModule],
    },
    { bodyParser: false, logger: false },
  );
  app.use(jsonBody({ limitBytes: 1000, bulkLimitBytes: 1000, bulkPaths: [], readTimeoutMs: 5000 }));
  useJsonResponses(app.getHttpAdapter().getInstance());
  app.useGlobalPipes(new ContractPipe());
  app.useGlobalFilters(new ErrorFilter(logger));
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return {
    app,
    url: `http://127.0.0.1:${port}`,
    bus: app.get(EventBus),
    database: app.get(Database),
    stop: () => app.close(),
  };
}
