/** Jobs that take longer are asked for one by one as slots come free: a round trip costs them nothing that shows. */
const LONGEST_PREFETCHED_MS = 200;
/** Jobs are fetched ahead for so much time of all slots. */
const AHEAD_MS = 250;
/** Weight of the newest job in the moving average. */
const WEIGHT = 0.05;

/**
 * How many jobs to hold beyond the slots: so many as will start within a quarter of a second at the pace of the latest jobs. Thus
 * short jobs never wait for a round trip, and long ones are left to workers that are free.
 */
export class Prefetch {
  private meanMs: number | null = null;

  constructor(
    private readonly concurrency: number,
    private readonly most: number,
  ) {}

  get extra(): number {
    if (this.meanMs === null || this.meanMs > LONGEST_PREFETCHED_MS) return 0;
    const startsPerMs = this.concurrency / Math.max(this.meanMs, 0.001);
    return Math.min(this.most, Math.floor(startsPerMs * AHEAD_MS));
  }

  finished(durationMs: number): void {
    this.meanMs = this.meanMs === null ? durationMs : this.meanMs + (durationMs - this.meanMs) * WEIGHT;
  }

  /** The guess was wrong: what was fetched ahead did not start. */
  reset(): void {
    this.meanMs = null;
  }
}
