import { closeSync, openSync, writeSync } from 'node:fs';
import { clock } from '../../../src/platform/clock.js';

/**
 * One line of a producer's history. `ok`: acknowledged, `fail`: refused, `info`: nobody knows what became of it.
 * A bulk call is one operation on many keys.
 */
export interface HistoryEntry {
  at: number;
  producer: string;
  operation: number;
  kind: 'submit' | 'submit-bulk' | 'cancel';
  type: 'invoke' | 'ok' | 'fail' | 'info';
  keys: string[];
  ids?: string[];
  reason?: string;
}

/** What a producer did and what it was told, one JSON line each, written before anything follows from it. */
export class History {
  readonly entries: HistoryEntry[] = [];
  private readonly file: number;

  constructor(path: string) {
    this.file = openSync(path, 'a');
  }

  add(entry: Omit<HistoryEntry, 'at'>): void {
    const timed = { at: clock.monotonicMs(), ...entry };
    this.entries.push(timed);
    writeSync(this.file, `${JSON.stringify(timed)}\n`);
  }

  close(): void {
    closeSync(this.file);
  }
}
