import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { pino } from 'pino';
import request from 'supertest';
import { judgePostgres, judgeRedis } from '../../src/health-monitor/boot-checks.js';
import { configureApp } from '../../src/platform/http/configure-app.js';
import { Metrics } from '../../src/platform/metrics.js';
import { OrchestratorModule } from '../../src/roles.js';
import { configOf } from '../http/edge-app.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { startRedis, type RedisServer } from '../support/redis.js';
import { until } from '../support/until.js';

let app: NestExpressApplication;
let server: ReturnType<NestExpressApplication['getHttpServer']>;
let database: TestDatabase;
let redis: RedisServer;

async function startOrchestrator(environment: Record<string, string>): Promise<void> {
  const config = configOf({ LOG_LEVEL: 'silent', ...environment });
  const logger = pino({ level: 'silent' });
  app = await NestFactory.create<NestExpressApplication>(OrchestratorModule.with(config, logger), {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  configureApp(app, config, logger, app.get(Metrics).observeAnswer);
  await app.listen(0, '127.0.0.1');
  server = app.getHttpServer();
}

const ready = () => request(server).get('/health/ready');

describe('an orchestrator with PostgreSQL and Redis', () => {
  beforeAll(async () => {
    [database, redis] = await Promise.all([
      createDatabase(),
      startRedis('--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru'),
    ]);
    await startOrchestrator({ DATABASE_URL: database.url, REDIS_URL: redis.url });
  });
  afterAll(async () => {
    await app.close();
    await Promise.all([database.drop(), redis.stop()]);
  });

  test('is alive and ready, and says what to mend', async () => {
    await request(server).get('/health/live').expect(200, { status: 'ok' });
    const health = await until(async () => {
      const { body } = await ready();
      return body.status === 'ok' && body.warnings.length > 0 && body;
    });
    expect(health.details).toEqual({ postgres: { status: 'up' }, redis: { status: 'up' } });
    expect(health.warnings).toEqual([expect.stringContaining('maxmemory-policy allkeys-lru')]);
  });

  test('tells Prometheus what goes on', async () => {
    await request(server).post('/jobs').send({ type: 'email' }).expect(201);
    const { text, headers } = await request(server).get('/metrics').expect(200);
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(text).toContain('orchestrator_jobs{status="PENDING"} 1');
    expect(text).toContain('orchestrator_job_transitions_total{status="PENDING"} 1');
    expect(text).toMatch(
      /orchestrator_http_request_duration_seconds_count\{method="POST",route="\/jobs",status="201"\} 1/,
    );
    expect(text).toContain('orchestrator_ready_queue_uses_redis 1');
    expect(text).toContain('orchestrator_ready_jobs{store="postgres"} 1');
    expect(text).toMatch(/orchestrator_database_connections\{lane="api"\} \d/);
    expect(text).toContain('nodejs_eventloop_lag_seconds');
  });

  test('is degraded but ready while Redis is away, and leaves out what Redis would say', async () => {
    await redis.kill();
    const health = await until(async () => {
      const { body, status } = await ready();
      return status === 200 && body.status === 'degraded' && body;
    });
    expect(health.details.redis).toMatchObject({ status: 'degraded', message: expect.stringContaining('away') });
    const { text } = await request(server).get('/metrics').expect(200);
    expect(text).toContain('orchestrator_ready_queue_uses_redis 0');
    expect(text).not.toContain('orchestrator_ready_jobs{');
    await redis.start();
    await until(async () => (await ready()).body.status === 'ok', 10_000);
  });
});

test('an orchestrator whose PostgreSQL is gone is alive but not ready, and says no more than that', async () => {
  database = await createDatabase();
  await startOrchestrator({ DATABASE_URL: database.url });
  await database.drop();
  await until(async () => (await ready()).status === 503);
  const { body } = await ready();
  expect(body).toMatchObject({ status: 'error', details: { postgres: { status: 'down' }, redis: { status: 'up' } } });
  expect(JSON.stringify(body)).not.toContain('test_');
  await request(server).get('/health/live').expect(200);
  await app.close();
});

describe('the checks at start', () => {
  const facts = {
    version: 180_000,
    version_text: '18.0',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    max_connections: 100,
    is_standby: false,
  };

  test('find nothing wrong with a server set up as it comes', () => {
    expect(judgePostgres(facts, 3, 16)).toEqual([]);
    expect(judgePostgres({ ...facts, synchronous_commit: 'remote_apply' }, -900, 50)).toEqual([]);
  });

  test.each([
    [{ fsync: 'off' }, 0, 16, 'fsync off'],
    [{ synchronous_commit: 'off' }, 0, 16, 'synchronous_commit off'],
    [{ full_page_writes: 'off' }, 0, 16, 'full_page_writes off'],
    [{ is_standby: true }, 0, 16, 'standby'],
    [{}, -4200, 16, 'differ by 4.2 s'],
    [{}, 0, 51, 'max_connections (100)'],
  ])('warn of %j, %d ms, %d connections', (change, skewMs, poolSize, words) => {
    expect(judgePostgres({ ...facts, ...change }, skewMs, poolSize)).toEqual([expect.stringContaining(words)]);
  });

  test('warn of a Redis that may drop keys', () => {
    expect(judgeRedis('maxmemory:0\r\nmaxmemory_policy:noeviction\r\n')).toEqual([]);
    expect(judgeRedis('maxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n')).toEqual([
      expect.stringContaining('once it is given a memory limit'),
    ]);
    expect(judgeRedis('no such section')).toEqual([]);
  });
});
