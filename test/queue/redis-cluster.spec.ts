import { pino } from 'pino';
import { Redis } from 'ioredis';
import type { Notifications } from '../../src/platform/database/notifications.js';
import { RedisConnections } from '../../src/platform/redis/redis-connections.js';
import { ReadyQueue } from '../../src/queue/ready-queue.js';
import { startRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import { ReadySourceInMemory } from './ready-source-in-memory.js';

test('in a Redis Cluster all keys share a slot, so that pushes, takes, wakes and rebuilds work there too', async () => {
  const server = await startRedis('--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1');
  const admin = new Redis(server.url);
  await admin.cluster('ADDSLOTSRANGE', 0, 16383);
  await until(async () => String(await admin.cluster('INFO')).includes('cluster_state:ok'), 10_000);
  admin.disconnect();

  const connections = new RedisConnections(server.url.replace('redis:', 'redis+cluster:'), pino({ level: 'silent' }));
  const notifications = { subscribe: () => undefined, publish: () => undefined } as unknown as Notifications;
  const queue = new ReadyQueue(connections, notifications, { redisPrefix: 'test' }, pino({ level: 'silent' }));
  try {
    const source = new ReadySourceInMemory();
    const woken: (readonly string[] | '*')[] = [];
    queue.onReady((queues) => woken.push(queues));
    queue.start(source);
    await until(() => queue.mode === 'redis');
    queue.setWaiting(true);
    await until(() => woken.includes('*'));
    const jobs = [source.add('a'), source.add('b')];
    queue.push(jobs);
    await until(() => woken.some((queues) => queues.includes('b')));
    expect((await queue.take('*', 10))?.map((job) => job.id)).toEqual(jobs.map((job) => job.id));
    expect(await queue.rebuild()).toMatchObject({ queues: 2, jobs: 2 });
  } finally {
    await queue.stop();
    connections.close();
    await server.stop();
  }
});
