import type { RedisClient } from '../platform/redis/redis-connections.js';
import { random } from '../platform/random.js';
import type { QueueKeys } from './queue-keys.js';
import type { QueueScripts } from './queue-scripts.js';

const KEYS_DROPPED_AT_A_TIME = 1000;

/**
 * Which set of ready keys is in use. Each rebuild fills a fresh one, so that no id of a half-lost past survives. A generation is void
 * when its record is gone (Redis was flushed) or was made on another Redis process (a restart, a failover).
 */
export class Generations {
  /** The generation to push to, as far as this process knows. */
  id: string | null = null;
  /** True when it is complete: ids may be taken from it. */
  isBuilt = false;

  constructor(
    private readonly redis: RedisClient,
    private readonly keys: QueueKeys,
    private readonly scripts: QueueScripts,
  ) {}

  /** Learns which generation is in use. */
  async look(): Promise<void> {
    const found = (await this.scripts.onKeys('look', this.keys.generation)) as [string, string | null] | null;
    this.id = found?.[0] ?? null;
    this.isBuilt = Boolean(found?.[1]);
  }

  /** Nothing is to be taken until the next look: the Redis that comes back may be another one, or hold an older past. */
  doubt(): void {
    this.isBuilt = false;
  }

  /** Voids the generation that this process knows: it lacks ids. */
  async discard(): Promise<void> {
    if (this.id !== null) await this.scripts.onKeys('discard', this.keys.generation, this.id);
    this.isBuilt = false;
  }

  /** Begins a new, empty generation, for every orchestrator. */
  async begin(): Promise<void> {
    const id = random.id();
    await this.scripts.onKeys('begin', this.keys.generation, this.keys.generations, id);
    this.id = id;
    this.isBuilt = false;
  }

  /** Opens the generation for taking, and drops all others. */
  async finish(): Promise<void> {
    if (this.id === null) return;
    this.isBuilt = (await this.scripts.onKeys('finish', this.keys.generation, this.id)) === 1;
    if (!this.isBuilt) return;
    for (const id of await this.redis.smembers(this.keys.generations)) {
      if (id !== this.id) await this.drop(id);
    }
  }

  /** Every queue with ids is in the active set, and every batch in that of what is in flight: they name all keys there are. */
  private async drop(id: string): Promise<void> {
    await this.dropNamed(this.keys.active(id), (queue) => this.keys.readyPrefix(id) + queue);
    await this.dropNamed(this.keys.inflight(id), (batch) => this.keys.batch(id, batch));
    await this.redis.srem(this.keys.generations, id);
  }

  /** Removes the keys of all members of a set, and so the set. */
  private async dropNamed(set: string, keyOf: (member: string) => string): Promise<void> {
    for (;;) {
      const members = await this.redis.zrange(set, 0, String(KEYS_DROPPED_AT_A_TIME - 1));
      if (members.length === 0) return;
      await this.redis.unlink(members.map(keyOf));
      await this.redis.zremrangebyrank(set, 0, members.length - 1);
    }
  }
}
