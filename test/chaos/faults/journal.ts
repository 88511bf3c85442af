import { appendFileSync } from 'node:fs';
import { clock } from '../../../src/platform/clock.js';

/** Whom a fault keeps from doing what: the figures are judged by it. */
export interface Disturbance {
  /** Names of processes that could not do their work, or not talk. */
  silenced?: readonly string[];
  /** Nobody could use PostgreSQL. */
  database?: boolean;
}

/** A fault that was made. Times are monotonic milliseconds. */
export interface JournalEntry extends Disturbance {
  fault: string;
  detail: string;
  fromMs: number;
  toMs: number;
}

/** What was done to the system, and when. */
export class Journal {
  readonly entries: JournalEntry[] = [];

  constructor(private readonly path: string) {}

  /** The fault lasts as long as the work does. */
  async note(fault: string, detail: string, disturbance: Disturbance, work: () => Promise<void>): Promise<void> {
    const entry: JournalEntry = { fault, detail, ...disturbance, fromMs: clock.monotonicMs(), toMs: Infinity };
    this.entries.push(entry);
    try {
      await work();
    } finally {
      entry.toMs = clock.monotonicMs();
      appendFileSync(this.path, `${JSON.stringify(entry)}\n`);
    }
  }
}
