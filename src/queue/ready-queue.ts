import type { Notifications } from '../platform/database/notifications.js';
import type { Logger } from '../platform/logger.js';
import { PeriodicTask } from '../platform/periodic-task.js';
import type { RedisConnections } from '../platform/redis/redis-connections.js';
import type { MovedJob, ReadyJob, ReadyListener, ReadySource, TakenJob, Verdicts } from './ready-job.js';
import { RedisReadyQueue, type Rebuilt } from './redis-ready-queue.js';

const CHANNEL = 'ready';
const FALLBACK_MS = 1000;
const MAX_COUNTED = 100_000;

/**
 * Which jobs wait for a worker, in order. PostgreSQL knows it for sure; Redis, when it is there, knows it fast. Every id is a hint: the
 * claim in PostgreSQL decides.
 */
export class ReadyQueue {
  private readonly redis: RedisReadyQueue | null;
  private readonly fallback: PeriodicTask;
  private readonly listeners: ReadyListener[] = [];
  private source: ReadySource | undefined;
  private paused: readonly string[] = [];
  private isWaiting = false;

  private readonly tell: ReadyListener = (queues) => this.listeners.forEach((listener) => listener(queues));

  /** @param connections null without Redis */
  constructor(
    connections: RedisConnections | null,
    private readonly notifications: Notifications,
    options: { redisPrefix: string },
    logger: Logger,
  ) {
    this.redis = connections && new RedisReadyQueue(connections, options.redisPrefix, this.tell, logger);
    notifications.subscribe(CHANNEL, this.tell);
    this.fallback = new PeriodicTask({
      name: 'look for ready jobs',
      everyMs: FALLBACK_MS,
      logger,
      run: () => {
        if (this.isWaiting && (this.mode === 'postgres' || !this.redis?.isListening)) this.tell('*');
        return Promise.resolve();
      },
    });
  }

  /** 'postgres' when there is no Redis, or it is away or being rebuilt right now: claim with SKIP LOCKED. */
  get mode(): 'redis' | 'postgres' {
    return this.redis?.isUsable ? 'redis' : 'postgres';
  }

  /** Does not wait for Redis: until it is there, the mode is 'postgres'. */
  start(source: ReadySource): void {
    this.source = source;
    this.redis?.start(source);
    this.fallback.start();
  }

  async stop(): Promise<void> {
    await this.fallback.stop();
    await this.redis?.stop();
  }

  /** Makes committed jobs known, here and to the other orchestrators. Returns at once and never throws; what gets lost is repaired. */
  push(jobs: readonly ReadyJob[]): void {
    if (jobs.length === 0) return;
    this.redis?.writer.push(jobs);
    if (this.mode === 'redis') return;
    const queues = [...new Set(jobs.map((job) => job.queue))];
    queueMicrotask(() => this.tell(queues));
    queues.forEach((queue) => this.notifications.publish(CHANNEL, queue));
  }

  /**
   * Takes ids in rotation over the queues, in order within each. Every one must be settled.
   * @param limit how many at most; no more than 1,000 come at a time
   * @param excluded queues to pass over, beside those that are paused
   * @returns null when Redis can't be asked: the caller claims with SKIP LOCKED. Never throws.
   */
  async take(
    serves: readonly string[] | '*',
    limit: number,
    excluded: ReadonlySet<string> = new Set(),
  ): Promise<TakenJob[] | null> {
    if (!this.redis) return null;
    return this.redis.take(serves, [...this.paused, ...excluded], limit);
  }

  /** Returns at once. What is never settled becomes ready again five seconds after it was taken. */
  settle(verdicts: Verdicts): void {
    this.redis?.writer.settle(verdicts);
  }

  /** Forgets jobs that are no longer ready. Returns at once. */
  remove(jobs: readonly { id: string; queue: string }[]): void {
    if (jobs.length > 0) this.redis?.writer.remove(jobs);
  }

  /** Gives ready jobs their new place. Returns at once. */
  move(jobs: readonly MovedJob[]): void {
    this.remove(
      jobs.filter((job) => job.queue !== job.fromQueue).map(({ id, fromQueue }) => ({ id, queue: fromQueue })),
    );
    this.push(jobs);
  }

  /** Says whether polls are parked here, so that new jobs are worth hearing of. */
  setWaiting(isWaiting: boolean): void {
    if (isWaiting === this.isWaiting) return;
    this.isWaiting = isWaiting;
    this.redis?.setWaiting(isWaiting);
  }

  /** New ready jobs somewhere. It may come while a take is under way, which then must be tried again. Listeners must not throw. */
  onReady(listener: ReadyListener): void {
    this.listeners.push(listener);
  }

  /** Queues to take nothing from; a few at most, since each take names them. Those that are no longer among them are told as ready. */
  setPaused(queues: readonly string[]): void {
    const resumed = this.paused.filter((queue) => !queues.includes(queue));
    this.paused = [...queues];
    if (resumed.length > 0) this.tell(resumed);
  }

  /** How many jobs of its queue go before it; null when it isn't ready, or Redis can't be asked. Never throws. */
  async position(id: string, queue: string): Promise<number | null> {
    if (!this.redis?.isUsable) return null;
    return this.redis.ids.position(id, queue).catch(() => null);
  }

  /** One tick of the repair, meant for each second. @throws when Redis or PostgreSQL fails in the middle of it */
  async repair(): Promise<void> {
    await this.redis?.repair();
  }

  /** Makes Redis anew from PostgreSQL. Null when there is no Redis, or another orchestrator is at it. */
  async rebuild(): Promise<Rebuilt | null> {
    return this.redis ? this.redis.rebuild() : null;
  }

  /** How many ready jobs each side knows, up to 100,000; those just being taken make them differ. Null when Redis can't be asked. */
  async drift(): Promise<{ postgres: number; redis: number } | null> {
    if (!this.redis?.isUsable || !this.source) return null;
    const redis = await this.redis.ids.size().catch(() => null);
    if (redis === null) return null;
    return { postgres: await this.source.countReady(MAX_COUNTED), redis: Math.min(redis, MAX_COUNTED) };
  }
}
