import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { pino } from 'pino';
import request from 'supertest';
import { readCommand } from '../../src/config/config.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { EventBus } from '../../src/events/event-bus.js';
import { EventsModule } from '../../src/events/events.module.js';
import { JobsModule } from '../../src/jobs/jobs.module.js';
import { DatabaseModule } from '../../src/platform/database/database.module.js';
import { ErrorFilter } from '../../src/platform/http/error-filter.js';
import { jsonBody } from '../../src/platform/http/json-body.js';
import { useJsonResponses } from '../../src/platform/http/json-response.js';
import { RedisModule } from '../../src/platform/redis/redis.module.js';
import { ContractPipe } from '../../src/platform/validation/contract-pipe.js';

const logger = pino({ level: process.env['TEST_LOG'] ?? 'silent' });

/** One orchestrator as far as jobs go, without Redis. */
export interface JobsApp {
  bus: EventBus;
  get: (path: string) => request.Test;
  post: (path: string, body?: object) => request.Test;
  stop: () => Promise<void>;
}

export async function startJobsApp(databaseUrl: string): Promise<JobsApp> {
  const command = readCommand([], {}, '/dev/null');
  if (command.kind !== 'run') throw new Error('there is no configuration');
  const config = { ...command.config, databasePoolSize: 8, databaseUrl };
  const app = await NestFactory.create<NestExpressApplication>(
    {
      module: class TestModule {},
      imports: [ConfigModule.with(config, logger), DatabaseModule, RedisModule, EventsModule, JobsModule],
    },
    { bodyParser: false, logger: false },
  );
  app.use(jsonBody({ limitBytes: 1_000_000, bulkLimitBytes: 1_000_000, bulkPaths: [], readTimeoutMs: 5000 }));
  useJsonResponses(app.getHttpAdapter().getInstance());
  app.useGlobalPipes(new ContractPipe());
  app.useGlobalFilters(new ErrorFilter(logger));
  await app.listen(0, '127.0.0.1');
  const server = app.getHttpServer();
  return {
    bus: app.get(EventBus),
    get: (path) => request(server).get(path),
    post: (path, body = {}) => request(server).post(path).send(body),
    stop: () => app.close(),
  };
}
