import { Redis } from 'ioredis';
import { pino } from 'pino';
import { PostgresServer } from '../chaos/system/postgres-server.js';
import { migrate } from '../../src/platform/database/migrations.js';
import { createDatabase } from '../support/postgres.js';
import { startRedis, type RedisServer } from '../support/redis.js';
import { rmSync } from 'node:fs';
import { tempFolder } from '../support/temp-folder.js';
import { until } from '../support/until.js';
import { ObservedSystem } from './observed-system.js';

jest.setTimeout(150_000);

let redis: RedisServer;
let system: ObservedSystem;
beforeAll(async () => (redis = await startRedis()));
afterEach(() => system.close());
afterAll(() => redis.stop());

test('the jobs of a worker that is killed run again elsewhere, and a late report of a dead attempt is refused', async () => {
  const database = await createDatabase();
  system = await ObservedSystem.start(database.url, redis.url);
  const doomed = await system.startWorker();
  const id = await system.submitSurely('slow', 'slow', 4000);
  const findLease = async () =>
    (
      await system.sql<{ worker_id: string; lease_token: string }>(
        `SELECT worker_id, lease_token FROM job_attempts WHERE job_id = $1 AND heard_at IS NOT NULL`,
        [id],
      )
    )[0];
  const lease = await until(findLease, 10_000);
  await doomed.end('SIGKILL');
  await system.startWorker();
  await until(
    async () => (await system.sql(`SELECT FROM jobs WHERE id = $1 AND attempt = 2`, [id])).length === 1,
    30_000,
  );
  const late = await fetch(`${system.url}/jobs/report`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...lease, job_id: id, attempt: 1, status: 'SUCCESS', result: { attempt: 1 } }),
  });
  expect(late.status).toBe(409);
  expect(await system.judge()).toEqual([]);
  const attempts = await system.sql(`SELECT status FROM job_attempts WHERE job_id = $1 ORDER BY attempt_number`, [id]);
  expect(attempts).toEqual([{ status: 'LOST' }, { status: 'SUCCESS' }]);
  await database.drop();
});

test('FLUSHALL of Redis, and its crash, in the middle of the work lose nothing', async () => {
  const database = await createDatabase();
  system = await ObservedSystem.start(database.url, redis.url);
  await Promise.all([system.startWorker(), system.startWorker()]);
  const client = new Redis(redis.url);
  await system.load('before', 100, 100);
  await until(async () => (await system.count('SUCCESS')) > 10, 30_000);
  await client.flushall();
  await system.load('flushed', 100, 50);
  client.disconnect();
  await redis.kill();
  await system.load('away', 100, 50);
  await redis.start();
  await system.load('back', 100, 50);
  expect(await system.judge()).toEqual([]);
  expect(await system.count('SUCCESS')).toBe(400);
  await database.drop();
});

test('connections to PostgreSQL that are ended in the middle of the work lose nothing', async () => {
  const database = await createDatabase();
  system = await ObservedSystem.start(database.url, redis.url);
  await Promise.all([system.startWorker(), system.startWorker()]);
  const loading = system.load('jobs', 300, 50);
  for (const done of [20, 80, 150]) {
    await until(async () => (await system.count('SUCCESS')) > done, 40_000);
    await system.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
  }
  await loading;
  expect(await system.judge()).toEqual([]);
  expect(await system.count('SUCCESS')).toBe(300);
  await database.drop();
});

test('an orchestrator that is killed in the middle of the work leaves it to the other one', async () => {
  const database = await createDatabase();
  system = await ObservedSystem.start(database.url, redis.url);
  const other = await system.startOrchestrator();
  await system.startWorker();
  await system.startWorker(other);
  await system.load('jobs', 150, 100);
  await until(async () => (await system.count('SUCCESS')) > 20, 30_000);
  await system.orchestrators[0]!.end('SIGKILL');
  await system.load('more', 50, 50, other);
  await system.untilDone();
  // The worker of the dead one has nobody to say farewell to.
  await system.workers[0]!.end('SIGKILL');
  expect(await system.judge()).toEqual([]);
  expect(await system.count('SUCCESS')).toBe(200);
  await database.drop();
});

test('while PostgreSQL is away callers hear 503 and when to try again, and workers keep and deliver what they run', async () => {
  const folder = tempFolder('failure-postgres');
  const logger = pino({ level: 'silent' });
  const postgres = await PostgresServer.open(folder, logger);
  try {
    const url = postgres.urlVia(postgres.port);
    await migrate(url, logger);
    system = await ObservedSystem.start(url, redis.url);
    await system.startWorker();
    const ids = await Promise.all([1, 2, 3].map((n) => system.submitSurely(`slow-${n}`, 'slow', 6000)));
    await until(async () => (await system.count('RUNNING')) === 3, 20_000);
    await postgres.stop('fast');
    const [stoppedAt, refused] = [performance.now(), await system.submit('refused', 'quick', 5)];
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(performance.now() - stoppedAt).toBeLessThan(10_000);
    // Longer than a lease lives.
    await until(() => performance.now() - stoppedAt > 8000, 20_000);
    await postgres.start();
    await system.submitSurely('refused', 'quick', 5);
    expect(await system.judge()).toEqual([]);
    const attempts = await system.sql(`SELECT status, attempt_number AS n FROM job_attempts WHERE job_id = ANY ($1)`, [
      ids,
    ]);
    expect(attempts).toEqual(Array(3).fill({ status: 'SUCCESS', n: 1 }));
    expect(await Promise.all([...system.workers, ...system.orchestrators].map((each) => each.ended))).toEqual([0, 0]);
  } finally {
    await postgres.stop('immediate');
    rmSync(folder, { recursive: true, force: true });
  }
});
