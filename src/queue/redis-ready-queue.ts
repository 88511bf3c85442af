import { clock } from '../platform/clock.js';
import type { Logger } from '../platform/logger.js';
import type { RedisConnections } from '../platform/redis/redis-connections.js';
import { Generations } from './generations.js';
import { QueueKeys } from './queue-keys.js';
import { QueueScriptError, QueueScripts } from './queue-scripts.js';
import { QueueWriter } from './queue-writer.js';
import { MAX_IDS, ReadyIds } from './ready-ids.js';
import type { ReadyListener, ReadySource, TakenJob } from './ready-job.js';
import { refill, TopUp } from './refill.js';
import { WakeListener } from './wake-listener.js';

const MAX_RESTORES_A_TICK = 10;
const PAUSE_AFTER_FAILED_REBUILD_MS = 5000;

export interface Rebuilt {
  queues: number;
  jobs: number;
  seconds: number;
}

/** The ready queue while Redis is there: hints to jobs that PostgreSQL has, kept true by repairs and rebuilds. */
export class RedisReadyQueue {
  readonly ids: ReadyIds;
  readonly writer: QueueWriter;
  private readonly generations: Generations;
  private readonly wakes: WakeListener;
  private readonly topUp = new TopUp();
  private source: ReadySource | undefined;
  private current: Promise<Rebuilt | null> | undefined;
  private mayRebuildAt = 0;
  private wasUsable = false;

  /** @param onReady also hears '*' whenever the queue becomes usable, or stops being so */
  constructor(
    private readonly connections: RedisConnections,
    prefix: string,
    private readonly onReady: ReadyListener,
    private readonly logger: Logger,
  ) {
    const keys = new QueueKeys(prefix);
    const scripts = new QueueScripts(connections.command, keys);
    this.generations = new Generations(connections.command, keys, scripts);
    this.ids = new ReadyIds(connections.command, keys, scripts, this.generations);
    this.writer = new QueueWriter(this.ids, this.generations, () => this.tryToEnsureBuilt(), logger);
    this.wakes = new WakeListener(connections, keys, scripts, onReady, logger);
  }

  /** False while Redis is away or being rebuilt. */
  get isUsable(): boolean {
    return this.connections.isReady && this.generations.isBuilt;
  }

  /** False while nobody here would hear of new ids: the connection that blocks for them is down. */
  get isListening(): boolean {
    return this.wakes.isListening;
  }

  start(source: ReadySource): void {
    this.source = source;
    this.connections.onReady(() => this.tryToEnsureBuilt());
    this.connections.onLost(() => {
      this.generations.doubt();
      this.noteUsable();
    });
    this.wakes.start();
    this.tryToEnsureBuilt();
  }

  async stop(): Promise<void> {
    this.source = undefined;
    this.wakes.stop();
    await this.writer.flush();
    await this.current?.catch(() => undefined);
  }

  setWaiting(isWaiting: boolean): void {
    this.wakes.setWaiting(isWaiting);
  }

  /** Null when Redis can't be asked. */
  async take(serves: readonly string[] | '*', excluded: readonly string[], limit: number): Promise<TakenJob[] | null> {
    if (!this.isUsable) return null;
    try {
      return await this.ids.take(serves, excluded, limit);
    } catch (error) {
      this.logger.debug({ err: error }, 'no ids could be taken from Redis');
      if (error instanceof QueueScriptError && error.isStale) this.tryToEnsureBuilt();
      return null;
    }
  }

  /**
   * One tick: makes sure of a complete generation, puts back what was taken and never settled, and adds what is missing at the heads.
   * @throws when Redis or PostgreSQL fails in the middle of it
   */
  async repair(): Promise<void> {
    await this.ensureBuilt();
    if (!this.isUsable || !this.source) return;
    for (let i = 0; i < MAX_RESTORES_A_TICK && (await this.ids.restore()) === MAX_IDS; i++);
    if (await this.ids.isOurTurnToRepair()) await this.topUp.run(this.source, this.ids);
  }

  /** Fills a new generation. Null when Redis is away, or another orchestrator is at it. */
  async rebuild(): Promise<Rebuilt | null> {
    await this.current?.catch(() => undefined);
    this.writer.hasLost = true;
    this.mayRebuildAt = 0;
    return this.ensureBuilt();
  }

  /** In the background. While it is under way, whoever began it says what comes of it. */
  private tryToEnsureBuilt(): void {
    if (this.current) return;
    this.ensureBuilt().catch((error: unknown) => {
      this.logger.warn({ err: error }, 'the ready queue in Redis could not be rebuilt');
    });
  }

  /** Answers what was rebuilt, if anything. One at a time. */
  private ensureBuilt(): Promise<Rebuilt | null> {
    this.current ??= this.lookAndBuild().finally(() => {
      this.current = undefined;
      this.noteUsable();
    });
    return this.current;
  }

  private async lookAndBuild(): Promise<Rebuilt | null> {
    const { source } = this;
    if (!source || !this.connections.isReady) return null;
    if (this.writer.hasLost) {
      if (this.generations.id === null) await this.generations.look();
      await this.generations.discard();
      this.writer.hasLost = false;
    }
    await this.generations.look();
    this.noteUsable();
    if (this.generations.isBuilt || clock.monotonicMs() < this.mayRebuildAt) return null;
    this.mayRebuildAt = clock.monotonicMs() + PAUSE_AFTER_FAILED_REBUILD_MS;
    let rebuilt: Rebuilt | null = null;
    await source.withRebuildLock(async () => {
      rebuilt = await this.build(source);
    });
    this.mayRebuildAt = 0;
    return rebuilt;
  }

  private async build(source: ReadySource): Promise<Rebuilt | null> {
    // Whoever had the lock before may have done it.
    await this.generations.look();
    if (this.generations.isBuilt) return null;
    const startedAt = clock.monotonicMs();
    await this.generations.begin();
    const count = await refill(source, this.ids);
    await this.generations.finish();
    const rebuilt = { ...count, seconds: (clock.monotonicMs() - startedAt) / 1000 };
    this.logger.info(rebuilt, 'the ready queue in Redis was rebuilt');
    return rebuilt;
  }

  private noteUsable(): void {
    if (!this.source || this.isUsable === this.wasUsable) return;
    this.wasUsable = this.isUsable;
    this.logger.info({ source: this.wasUsable ? 'Redis' : 'PostgreSQL' }, 'where ready jobs are taken from');
    this.onReady('*');
    if (this.wasUsable) this.wakes.renew();
  }
}
