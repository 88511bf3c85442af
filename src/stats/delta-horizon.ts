import { clock } from '../platform/clock.js';

/** Longer than any statement that appends deltas may take: by then it has committed, or never will. */
const SETTLED_MS = 60_000;
/** Now and then everything is looked at, should a transaction have taken longer after all. */
const MAX_MARKS = 1000;
const FULL_LOOK_MS = 10 * 60_000;

/**
 * The id below which all deltas of a table have been folded. Ids are given out in order but committed in any; so the horizon is the id
 * that was the last one a minute ago, unless something below it is still to be folded.
 */
export class DeltaHorizon {
  private marks: { id: number; at: number }[] = [];
  private current = 0;
  private fullLookAt = clock.monotonicMs() + FULL_LOOK_MS;

  /** Deltas are to be looked for above this id. */
  get id(): number {
    return this.current;
  }

  /** Notes the last id given out so far. */
  mark(id: number): void {
    const now = clock.monotonicMs();
    if (now >= this.fullLookAt) {
      this.fullLookAt = now + FULL_LOOK_MS;
      this.current = 0;
    }
    if (id !== this.marks.at(-1)?.id) this.marks.push({ id, at: now });
  }

  /** True when a minute has passed since the oldest mark. */
  get mayRise(): boolean {
    return this.marks[0] !== undefined && this.marks[0].at < clock.monotonicMs() - SETTLED_MS;
  }

  /** @param oldest the lowest id above the horizon that can be seen, locked or not; null when there is none */
  rise(oldest: number | null): void {
    while (this.mayRise && (oldest === null || this.marks[0]!.id < oldest)) this.current = this.marks.shift()!.id;
    // What holds the horizon down may do so for long: the marks before it merge into the last of them.
    if (this.marks.length > MAX_MARKS) this.marks.splice(1, this.marks.length - MAX_MARKS);
  }
}
