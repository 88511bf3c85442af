import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RedisClient } from '../platform/redis/redis-connections.js';
import type { QueueKeys } from './queue-keys.js';

const ON_A_GENERATION = ['push', 'take', 'settle', 'restore', 'top-up', 'remove', 'size'] as const;
const ON_FIXED_KEYS = { look: 1, begin: 2, finish: 1, discard: 1, wait: 1 } as const;

type Argument = string | number;
type Command = (...args: Argument[]) => Promise<unknown>;

/** A script that failed. ioredis hangs a command's arguments on its errors: here they would be thousands of ids in a log line. */
export class QueueScriptError extends Error {
  override readonly name = 'QueueScriptError';
  /** The script was asked to work on a generation that is no more. */
  readonly isStale: boolean;

  constructor(script: string, reason: string) {
    super(`${script}: ${reason}`);
    this.isStale = reason.startsWith('STALE');
  }
}

/** The atomic operations of the ready queue, one Lua file each in `scripts/`: KEYS, ARGV and answers are described there. */
export class QueueScripts {
  constructor(
    private readonly redis: RedisClient,
    private readonly keys: QueueKeys,
  ) {
    const prelude = source('prelude');
    for (const name of ON_A_GENERATION) {
      redis.defineCommand(commandName(name), { numberOfKeys: 4, lua: prelude + source(name) });
    }
    for (const [name, numberOfKeys] of Object.entries(ON_FIXED_KEYS)) {
      redis.defineCommand(commandName(name), { numberOfKeys, lua: source(name) });
    }
  }

  /** @throws QueueScriptError when Redis is away, or when the generation is no longer the one in use */
  onGeneration(
    name: (typeof ON_A_GENERATION)[number],
    generation: string,
    args: readonly Argument[],
  ): Promise<unknown> {
    const { keys } = this;
    return this.run(
      name,
      keys.generation,
      keys.active(generation),
      keys.inflight(generation),
      keys.waiters,
      generation,
      keys.readyPrefix(generation),
      keys.wakePrefix,
      ...args,
    );
  }

  /** @throws QueueScriptError when Redis is away */
  onKeys(name: keyof typeof ON_FIXED_KEYS, ...keysAndArgs: Argument[]): Promise<unknown> {
    return this.run(name, ...keysAndArgs);
  }

  private async run(name: string, ...args: Argument[]): Promise<unknown> {
    // ioredis adds the commands at run time; its types know nothing of them.
    const commands = this.redis as unknown as Record<string, Command>;
    try {
      return await commands[commandName(name)]!(...args);
    } catch (error) {
      throw new QueueScriptError(name, (error as Error).message);
    }
  }
}

function commandName(script: string): string {
  return `queue_${script}`;
}

function source(name: string): string {
  return readFileSync(join(import.meta.dirname, 'scripts', `${name}.lua`), 'utf8');
}
