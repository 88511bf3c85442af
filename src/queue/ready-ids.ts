import { groupBy } from '../platform/group-by.js';
import type { RedisClient } from '../platform/redis/redis-connections.js';
import type { Generations } from './generations.js';
import { queueOfBatch, scoreOf, type QueueKeys } from './queue-keys.js';
import type { QueueScripts } from './queue-scripts.js';
import type { ReadyJob, TakenJob } from './ready-job.js';

/** No script gets more ids at a time: it would hold up everybody else's commands, and Lua's stack holds 8,000 values. */
export const MAX_IDS = 1000;
const INFLIGHT_MS = 5000;
const REPAIR_TURN_MS = 800;

/** The end of a batch: every one of its ids is done, except for those that go back to their place. */
export interface Landing {
  batch: string;
  gated: string[];
}

/**
 * The ready ids in Redis, in the generation in use. Every method is one round trip and throws when Redis is away, or (a
 * QueueScriptError that `isStale`) when this process has yet to learn of a new generation.
 */
export class ReadyIds {
  constructor(
    private readonly redis: RedisClient,
    private readonly keys: QueueKeys,
    private readonly scripts: QueueScripts,
    private readonly generations: Generations,
  ) {}

  /** @param jobs at most MAX_IDS */
  async push(jobs: readonly ReadyJob[]): Promise<void> {
    await this.run('push', byQueue(jobs, scoreAndId));
  }

  async take(serves: readonly string[] | '*', excluded: readonly string[], limit: number): Promise<TakenJob[]> {
    const args = [Math.min(limit, MAX_IDS), excluded.length, ...excluded, ...(serves === '*' ? ['*'] : serves)];
    const answer = (await this.run('take', args)) as string[];
    const taken: TakenJob[] = [];
    for (let at = 0; at < answer.length; at += 2) {
      const batch = answer[at]!;
      const queue = queueOfBatch(batch);
      for (const id of answer[at + 1]!.split(',')) taken.push({ id, queue, batch });
    }
    return taken;
  }

  /** @param landings at most MAX_IDS, batches and ids together, or a single one */
  async settle(landings: readonly Landing[]): Promise<void> {
    await this.run(
      'settle',
      landings.flatMap(({ batch, gated }) => [batch, gated.join(',')]),
    );
  }

  /** @param jobs at most MAX_IDS */
  async remove(jobs: readonly { id: string; queue: string }[]): Promise<void> {
    await this.run(
      'remove',
      byQueue(jobs, (job) => job.id),
    );
  }

  /** Puts back what was taken over five seconds ago; how many ids that were. From MAX_IDS on, there may be more. */
  async restore(): Promise<number> {
    return (await this.run('restore', [INFLIGHT_MS, MAX_IDS])) as number;
  }

  /** Adds those of a queue's jobs (at most MAX_IDS) that are missing; how many there were. */
  async topUp(queue: string, jobs: readonly ReadyJob[]): Promise<number> {
    return (await this.run('top-up', [queue, jobs.map(scoreAndId).join(',')])) as number;
  }

  /** True for one orchestrator about each second. */
  async isOurTurnToRepair(): Promise<boolean> {
    return (await this.redis.set(this.keys.repairTurn, '1', 'PX', REPAIR_TURN_MS, 'NX')) === 'OK';
  }

  /** How many ids are ahead in the queue; null when the id isn't in it. */
  async position(id: string, queue: string): Promise<number | null> {
    return this.redis.zrank(this.keys.readyPrefix(this.generation()) + queue, id);
  }

  async size(): Promise<number> {
    return (await this.run('size', [])) as number;
  }

  private run(script: Parameters<QueueScripts['onGeneration']>[0], args: readonly (string | number)[]) {
    return this.scripts.onGeneration(script, this.generation(), args);
  }

  /** With no generation known, a name that never matches: the script answers that it is stale. */
  private generation(): string {
    return this.generations.id ?? 'none';
  }
}

function scoreAndId(job: ReadyJob): string {
  return `${scoreOf(job)},${job.id}`;
}

/** Per queue: its name, and the list of what is said of each of its jobs. */
function byQueue<T extends { queue: string }>(jobs: readonly T[], describe: (job: T) => string): string[] {
  return [...groupBy(jobs, (job) => job.queue)].flatMap(([queue, members]) => [queue, members.map(describe).join(',')]);
}
