import { setImmediate as restOfTurn } from 'node:timers/promises';
import { groupBy } from '../platform/group-by.js';
import type { Logger } from '../platform/logger.js';
import type { Generations } from './generations.js';
import { QueueScriptError } from './queue-scripts.js';
import { MAX_IDS, type Landing, type ReadyIds } from './ready-ids.js';
import type { ReadyJob, Verdicts } from './ready-job.js';

const MAX_WAITING = 100_000;

/**
 * Sends what nobody waits for: whatever comes while a round trip is under way goes into the next one. What can't be sent is dropped and
 * remembered in `hasLost`: PostgreSQL has it all.
 */
export class QueueWriter {
  /** True once a push or a removal was dropped: the generation in use lacks ids, or has some in a queue that they left. */
  hasLost = false;
  private pushed: ReadyJob[] = [];
  private landings: Landing[] = [];
  private removed: { id: string; queue: string }[] = [];
  private current: Promise<void> | undefined;

  /** @param onStale called when there turned out to be another generation, or none */
  constructor(
    private readonly ids: ReadyIds,
    private readonly generations: Generations,
    private readonly onStale: () => void,
    private readonly logger: Logger,
  ) {}

  push(jobs: readonly ReadyJob[]): void {
    if (!append(this.pushed, jobs)) this.hasLost = true;
    this.write();
  }

  settle({ done, gated }: Verdicts): void {
    const gatedOf = groupBy(gated, ({ batch }) => batch);
    const batches = new Set([...done, ...gated].map(({ batch }) => batch));
    append(
      this.landings,
      [...batches].map((batch) => ({ batch, gated: (gatedOf.get(batch) ?? []).map(({ id }) => id) })),
    );
    this.write();
  }

  remove(jobs: readonly { id: string; queue: string }[]): void {
    if (!append(this.removed, jobs)) this.hasLost = true;
    this.write();
  }

  /** Resolves when all that came before has been sent or dropped. */
  async flush(): Promise<void> {
    await this.current;
  }

  private write(): void {
    this.current ??= this.drain();
  }

  private async drain(): Promise<void> {
    // Jobs that shared a commit come one by one within this turn of the event loop.
    await restOfTurn();
    while (this.pushed.length + this.landings.length + this.removed.length > 0) {
      const pushed = this.pushed.splice(0, MAX_IDS);
      const landings = this.landings.splice(0, countThatFit(this.landings));
      const removed = this.removed.splice(0, MAX_IDS);
      await Promise.all([
        pushed.length > 0 && this.attempt(() => this.ids.push(pushed), true),
        landings.length > 0 && this.attempt(() => this.ids.settle(landings), false),
        removed.length > 0 && this.attempt(() => this.ids.remove(removed), true),
      ]);
    }
    // In the same turn as the last look: what comes from now on would wait for the next write.
    this.current = undefined;
  }

  private async attempt(send: () => Promise<void>, mustArrive: boolean): Promise<void> {
    try {
      await send().catch(async (error: unknown) => {
        if (!(error instanceof QueueScriptError && error.isStale)) throw error;
        await this.generations.look();
        this.onStale();
        // With no generation at all, the one to come is filled from PostgreSQL and so has these jobs too.
        if (this.generations.id !== null) await send();
      });
    } catch (error) {
      if (mustArrive) this.hasLost = true;
      this.logger.debug({ err: error }, 'the ready queue in Redis was not written');
    }
  }
}

/** False when there was no room for all of them. */
function append<T>(list: T[], items: readonly T[]): boolean {
  const room = MAX_WAITING - list.length;
  for (const item of items.length > room ? items.slice(0, room) : items) list.push(item);
  return items.length <= room;
}

/** How many of the first landings one script call takes; at least one. */
function countThatFit(landings: readonly Landing[]): number {
  let size = 0;
  const count = landings.findIndex(({ gated }) => (size += 1 + gated.length) > MAX_IDS);
  return count < 0 ? landings.length : Math.max(1, count);
}
