import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../platform/logger.js';
import { random } from '../platform/random.js';
import type { RedisClient, RedisConnections } from '../platform/redis/redis-connections.js';
import type { QueueKeys } from './queue-keys.js';
import type { QueueScripts } from './queue-scripts.js';
import type { ReadyListener } from './ready-job.js';

const BLOCK_SECONDS = 5;
/** A registration outlives one block, so that no push between two blocks is missed. */
const REGISTRATION_MS = 2 * BLOCK_SECONDS * 1000;
const MAX_NAMES = 1000;
const PAUSE_AFTER_ERROR_MS = 100;

/**
 * Hears of new ready ids while this orchestrator has parked polls: it registers as a waiter and blocks on a wake key of its own, on a
 * connection of its own. See docs/decisions/0003-wake-per-orchestrator.md.
 */
export class WakeListener {
  private readonly id = random.id();
  private readonly client: RedisClient;
  private isStopped = false;
  private isWaiting = false;
  private resume: () => void = () => undefined;

  constructor(
    private readonly connections: RedisConnections,
    private readonly keys: QueueKeys,
    private readonly scripts: QueueScripts,
    private readonly onWake: ReadyListener,
    private readonly logger: Logger,
  ) {
    this.client = connections.open('wake', BLOCK_SECONDS * 1000);
    this.client.on('ready', () => this.resume());
    connections.onReady(() => this.resume());
  }

  get isListening(): boolean {
    return this.client.status === 'ready';
  }

  start(): void {
    void this.listen();
  }

  stop(): void {
    this.isStopped = true;
    this.resume();
    this.client.disconnect();
  }

  /** When nobody waits any more, the block in progress runs out and no other follows. */
  setWaiting(isWaiting: boolean): void {
    this.isWaiting = isWaiting;
    if (isWaiting) this.resume();
  }

  /** Registers again at once, if anybody waits: a flush of Redis took the registration too. */
  renew(): void {
    if (this.canBlock()) this.register().catch((error: unknown) => this.logger.debug({ err: error }, 'not registered'));
  }

  /** When the last registration had run out, wakes may have been missed: any queue may have ids. */
  private async register(): Promise<void> {
    const isUnbroken = await this.scripts.onKeys('wait', this.keys.waiters, this.id, REGISTRATION_MS);
    if (isUnbroken === 0) this.onWake('*');
  }

  private async listen(): Promise<void> {
    while (!this.isStopped) {
      if (!this.canBlock()) {
        await new Promise<void>((resolve) => (this.resume = resolve));
        continue;
      }
      try {
        await this.block();
      } catch (error) {
        this.logger.debug({ err: error }, 'the wake key could not be read');
        await pause(PAUSE_AFTER_ERROR_MS);
      }
    }
  }

  private canBlock(): boolean {
    return this.isWaiting && this.isListening && this.connections.isReady;
  }

  private async block(): Promise<void> {
    await this.register();
    const answer = await this.client.bzmpop(
      BLOCK_SECONDS,
      1,
      this.keys.wakePrefix + this.id,
      'MIN',
      'COUNT',
      MAX_NAMES,
    );
    if (answer === null) return;
    const queues = (answer as [key: string, [queue: string, score: string][]])[1].map(([queue]) => queue);
    this.onWake(queues.includes('*') ? '*' : queues);
  }
}
