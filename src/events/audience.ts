import { clock } from '../platform/clock.js';

/** How often an orchestrator to which browsers listen says so. */
export const ANNOUNCE_MS = 5000;
/** Its word holds a little longer than two announcements, so that one may get lost. */
const REMEMBERED_MS = 12_000;

/** Whether any browser listens, to this orchestrator or to another: while none does, job events are not even made. */
export class Audience {
  /** True while browsers listen to this orchestrator. */
  isHere = false;
  private isElsewhereUntil = 0;

  get isAnywhere(): boolean {
    return this.isHere || clock.monotonicMs() < this.isElsewhereUntil;
  }

  noteElsewhere(): void {
    this.isElsewhereUntil = clock.monotonicMs() + REMEMBERED_MS;
  }
}
