import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';

/** However many connections there are: a search uses up a core of the database's machine. */
const MOST_AT_ONCE = 2;

interface Waiting {
  caller: string;
  start: () => void;
}

/**
 * Lets two searches run at a time, and one of each caller: so that nobody's searches, however many, use up the connections and the
 * processor that other callers' lists need.
 */
@Injectable()
export class SearchTurns {
  private readonly most: number;
  private readonly running = new Set<string>();
  private waiting: Waiting[] = [];

  constructor({ read }: Database) {
    // One connection stays for lists that are no searches, where there is more than one.
    this.most = Math.max(1, Math.min(MOST_AT_ONCE, read.size - 1));
  }

  /**
   * Resolves when it is the caller's turn, in the order of asking.
   * @returns what ends the turn; null when the signal was aborted before it came
   */
  take(caller: string, signal: AbortSignal): Promise<(() => void) | null> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(null);
      const leave = () => {
        this.waiting = this.waiting.filter((each) => each !== entry);
        resolve(null);
      };
      const entry: Waiting = {
        caller,
        start: () => {
          signal.removeEventListener('abort', leave);
          this.running.add(caller);
          resolve(() => {
            this.running.delete(caller);
            this.startNext();
          });
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      this.waiting.push(entry);
      this.startNext();
    });
  }

  private startNext(): void {
    if (this.running.size >= this.most) return;
    const next = this.waiting.findIndex(({ caller }) => !this.running.has(caller));
    if (next !== -1) this.waiting.splice(next, 1)[0]!.start();
  }
}
