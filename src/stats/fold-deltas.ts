import type { Database } from '../platform/database/database.js';
import type { Statement } from '../platform/database/statement.js';
import { DeltaHorizon } from './delta-horizon.js';
import {
  dropErrorBuckets,
  dropErrorGroups,
  dropJobBuckets,
  foldErrorDeltas,
  foldJobDeltas,
  KEPT_SECONDS,
  lastDeltaIds,
  oldestErrorDelta,
  oldestJobDelta,
} from './fold-queries.js';

const DELTAS_AT_A_TIME = 5000;
const MAX_DROPPED_AT_A_TIME = 5000;
const MAX_QUEUES_OF_GROUP = 20;
const MAX_GROUPS = 10_000;

/** One kind of deltas and how they are folded. */
interface Deltas {
  fold: Statement;
  oldest: Statement;
  horizon: DeltaHorizon;
  options: readonly unknown[];
}

/** Sweeps what the hot path appended into totals, history and error groups. Any number of orchestrators may do so at once. */
export class FoldDeltas {
  private readonly jobDeltas: Deltas = {
    fold: foldJobDeltas,
    oldest: oldestJobDelta,
    horizon: new DeltaHorizon(),
    options: [],
  };
  private readonly errorDeltas: Deltas = {
    fold: foldErrorDeltas,
    oldest: oldestErrorDelta,
    horizon: new DeltaHorizon(),
    options: [MAX_QUEUES_OF_GROUP],
  };

  constructor(private readonly database: Database) {}

  /** At and below this id, no job delta is left to be added to the totals. */
  get horizon(): number {
    return this.jobDeltas.horizon.id;
  }

  /** Folds all there is, in batches, until told to stop. */
  async run(signal: AbortSignal): Promise<void> {
    const [last] = await this.database.sweep.query<{ jobs: number; errors: number }>(lastDeltaIds, []);
    await this.fold(this.jobDeltas, last!.jobs, signal);
    await this.fold(this.errorDeltas, last!.errors, signal);
  }

  /** Deletes history that no chart shows any more, in batches. */
  async drop(signal: AbortSignal): Promise<void> {
    for (const [seconds, kept] of Object.entries(KEPT_SECONDS)) {
      await this.repeat(dropJobBuckets, [seconds, kept], MAX_DROPPED_AT_A_TIME, [], signal);
      await this.repeat(dropErrorBuckets, [seconds, kept], MAX_DROPPED_AT_A_TIME, [], signal);
    }
    await this.repeat(dropErrorGroups, [KEPT_SECONDS[900], MAX_GROUPS], MAX_DROPPED_AT_A_TIME, [], signal);
  }

  private async fold({ fold, oldest, horizon, options }: Deltas, lastId: number, signal: AbortSignal): Promise<void> {
    horizon.mark(lastId);
    await this.repeat(fold, [horizon.id], DELTAS_AT_A_TIME, options, signal);
    if (!horizon.mayRise) return;
    const [answer] = await this.database.sweep.query<{ id: number | null }>(oldest, [horizon.id]);
    horizon.rise(answer!.id);
  }

  /** Runs a statement until it takes less than it might. */
  private async repeat(
    batch: Statement,
    scope: readonly unknown[],
    limit: number,
    options: readonly unknown[],
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      const [answer] = await this.database.sweep.query<{ taken: number }>(batch, [...scope, limit, ...options]);
      if (answer!.taken < limit) return;
    }
  }
}
