import { pino } from 'pino';
import type { Notifications } from '../../src/platform/database/notifications.js';
import { RedisConnections } from '../../src/platform/redis/redis-connections.js';
import { ReadyQueue } from '../../src/queue/ready-queue.js';
import { startRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import { ReadySourceInMemory } from './ready-source-in-memory.js';

const logger = pino({ level: 'silent' });
let redis: Awaited<ReturnType<typeof startRedis>>;
let connections: RedisConnections;
let source: ReadySourceInMemory;
let queue: ReadyQueue;
let published: string[];
let woken: (readonly string[] | '*')[];

beforeEach(async () => {
  redis = await startRedis();
  connections = new RedisConnections(redis.url, logger);
  source = new ReadySourceInMemory();
  published = [];
  woken = [];
  const notifications = {
    subscribe: () => undefined,
    publish: (_channel: string, payload: string) => published.push(payload),
  } as unknown as Notifications;
  queue = new ReadyQueue(connections, notifications, { redisPrefix: 'test' }, logger);
  queue.onReady((queues) => woken.push(queues));
  queue.start(source);
  await until(() => woken.includes('*'));
  woken.length = 0;
});

afterEach(async () => {
  await queue.stop();
  connections.close();
  await redis.stop();
});

async function takeIds(limit: number): Promise<string[] | undefined> {
  return (await queue.take('*', limit))?.map((job) => job.id);
}

test('a killed Redis answers take with null at once, parked polls are told, and jobs are announced over PostgreSQL', async () => {
  queue.push([source.add('a')]);
  await redis.kill();
  await until(() => queue.mode === 'postgres' && woken.includes('*'));
  const startedAt = performance.now();
  expect(await queue.take('*', 1)).toBeNull();
  expect(performance.now() - startedAt).toBeLessThan(100);

  woken.length = 0;
  queue.push([source.add('b'), source.add('b')]);
  await until(() => woken.length > 0);
  expect(woken).toEqual([['b']]);
  expect(published).toEqual(['b']);
});

test('while Redis is away and polls are parked, they look again each second', async () => {
  await redis.kill();
  await until(() => queue.mode === 'postgres');
  queue.setWaiting(true);
  woken.length = 0;
  await until(() => woken.includes('*'), 2000);
});

test('a Redis that comes back empty is rebuilt from PostgreSQL', async () => {
  await redis.kill();
  await until(() => queue.mode === 'postgres');
  const jobs = source.addMany('a', 1500);
  queue.push(jobs);
  await redis.start();
  await until(() => queue.mode === 'redis', 8000);
  expect((await queue.drift())?.redis).toBe(1500);
  expect(await takeIds(3)).toEqual(jobs.slice(0, 3).map((job) => job.id));
});

test('a Redis that comes back with what it had before is not believed', async () => {
  const gone = source.add('a');
  queue.push([gone]);
  await until(async () => (await queue.drift())?.redis === 1);
  await connections.command.save();
  await redis.kill();
  await until(() => queue.mode === 'postgres');
  source.jobs.clear();
  const job = source.add('a');
  await redis.start();
  await until(() => queue.mode === 'redis', 8000);
  expect(await takeIds(10)).toEqual([job.id]);
});

test('pushes lost while only the connection was away are made up for', async () => {
  const dropped = source.addMany('a', 3);
  await connections.command.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'no').catch(() => undefined);
  await until(() => queue.mode === 'postgres');
  queue.push(dropped);
  await until(async () => queue.mode === 'redis' && (await queue.drift())?.redis === 3);
});

test('a Redis that stops answering is given up after two seconds', async () => {
  redis.pause();
  try {
    const startedAt = performance.now();
    expect(await queue.take('*', 1)).toBeNull();
    expect(performance.now() - startedAt).toBeLessThan(3000);
    await until(() => queue.mode === 'postgres');
  } finally {
    redis.resume();
  }
  await until(() => queue.mode === 'redis', 8000);
});
