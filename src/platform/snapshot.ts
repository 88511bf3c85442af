import { clock } from './clock.js';

/** However slow the reading was, what it found is not shown for longer. */
const LONGEST_REST_MS = 10_000;
/** An answer stays good for so many times as long as it took. */
const REST_FACTOR = 10;

/**
 * Something that is dear to read and wanted by many. Whoever asks at the same time shares one reading, and the next one comes no sooner
 * than ten times as long as the last one took: the readings use at most a tenth of one connection, however many ask.
 */
export class Snapshot<T> {
  private reading: Promise<T> | undefined;
  private goodUntil = 0;

  /** @param load its failure is told to everyone who waits, and not kept */
  constructor(private readonly load: () => Promise<T>) {}

  read(): Promise<T> {
    if (this.reading && clock.monotonicMs() < this.goodUntil) return this.reading;
    const startedAt = clock.monotonicMs();
    this.goodUntil = Infinity;
    const reading = this.load();
    this.reading = reading;
    const settle = (restMs: number) => {
      if (this.reading === reading) this.goodUntil = clock.monotonicMs() + restMs;
    };
    reading.then(
      () => settle(Math.min(LONGEST_REST_MS, REST_FACTOR * (clock.monotonicMs() - startedAt))),
      () => settle(-1),
    );
    return reading;
  }

  /** Whoever asks from now on gets a reading that began later. */
  forget(): void {
    this.reading = undefined;
  }
}
