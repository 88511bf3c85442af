import { pino } from 'pino';
import type { Notifications } from '../../src/platform/database/notifications.js';
import { RedisConnections } from '../../src/platform/redis/redis-connections.js';
import type { ReadyJob, TakenJob } from '../../src/queue/ready-job.js';
import { ReadyQueue } from '../../src/queue/ready-queue.js';
import { startRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import { ReadySourceInMemory } from './ready-source-in-memory.js';

const logger = pino({ level: 'silent' });

/** One orchestrator's end of the queue, and what it heard. */
export class Orchestrator {
  readonly connections: RedisConnections;
  readonly published: string[] = [];
  readonly woken: (readonly string[] | '*')[] = [];
  readonly queue: ReadyQueue;

  constructor(
    redisUrl: string,
    readonly prefix: string,
    readonly source: ReadySourceInMemory,
  ) {
    this.connections = new RedisConnections(redisUrl, logger);
    const notifications = {
      subscribe: () => undefined,
      publish: (_channel: string, payload: string) => this.published.push(payload),
    } as unknown as Notifications;
    this.queue = new ReadyQueue(this.connections, notifications, { redisPrefix: prefix }, logger);
    this.queue.onReady((queues) => this.woken.push(queues));
    this.queue.start(source);
  }

  /** True once it heard of the queue since the last `forget`. */
  heard(queue: string): boolean {
    return this.woken.some((queues) => queues === '*' || queues.includes(queue));
  }

  heardByName(queue: string): boolean {
    return this.woken.some((queues) => queues !== '*' && queues.includes(queue));
  }

  async takeIds(serves: readonly string[] | '*', limit: number): Promise<string[]> {
    return (await this.take(serves, limit)).map((job) => job.id);
  }

  async take(serves: readonly string[] | '*', limit: number): Promise<TakenJob[]> {
    const taken = await this.queue.take(serves, limit);
    if (taken === null) throw new Error('Redis is away');
    return taken;
  }

  size(): Promise<number | undefined> {
    return this.queue.drift().then((drift) => drift?.redis);
  }

  async wait(): Promise<void> {
    this.queue.setWaiting(true);
    await until(() => this.woken.includes('*'));
    this.woken.length = 0;
  }

  readyKeys(): Promise<string[]> {
    return this.connections.command.keys(`{${this.prefix}:q}:ready:*`);
  }

  /** The keys of what is in flight. */
  batchKeys(): Promise<string[]> {
    return this.connections.command.keys(`{${this.prefix}:q}:inflight:*:*`);
  }

  async stop(): Promise<void> {
    await this.queue.stop();
    this.connections.close();
  }
}

/** The orchestrators of one test file: one Redis, and a key prefix for each test. */
export class Orchestrators {
  private redis: Awaited<ReturnType<typeof startRedis>> | undefined;
  private running: Orchestrator[] = [];
  private tests = 0;

  async open(): Promise<void> {
    this.redis = await startRedis();
  }

  async start(source = new ReadySourceInMemory()): Promise<Orchestrator> {
    const orchestrator = new Orchestrator(this.redis!.url, `test${this.tests}`, source);
    this.running.push(orchestrator);
    await until(async () => {
      if (orchestrator.queue.mode !== 'redis') await orchestrator.queue.repair();
      return orchestrator.heard('*') && orchestrator.queue.mode === 'redis';
    });
    orchestrator.woken.length = 0;
    return orchestrator;
  }

  async stop(): Promise<void> {
    this.tests++;
    await Promise.all(this.running.splice(0).map((orchestrator) => orchestrator.stop()));
  }

  async close(): Promise<void> {
    await this.redis?.stop();
  }
}

/** Pushes jobs and waits until Redis has them. */
export async function push(orchestrator: Orchestrator, jobs: readonly ReadyJob[]): Promise<void> {
  const before = (await orchestrator.size()) ?? 0;
  orchestrator.queue.push(jobs);
  await until(async () => (await orchestrator.size()) === before + jobs.length);
}
