import { plural } from '../ui/format.js';
import type { JobEventHint } from './event-patches.js';
import { announcement } from './live-status.js';

const INTERVAL_MS = 5000;

let created = 0;
let failed = 0;
let timer: number | undefined;

/** Counts what happened and says it at most every five seconds; single rows are never announced. */
export function announceJobs(events: Iterable<JobEventHint>): void {
  for (const event of events) {
    if (event.attempt === 0 && (event.status === 'PENDING' || event.status === 'SCHEDULED')) created += 1;
    if (event.status === 'FAILED' || event.status === 'DEAD') failed += 1;
  }
  if (created + failed > 0) timer ??= window.setTimeout(say, INTERVAL_MS);
}

function say(): void {
  const parts = [created > 0 && plural(created, 'new job'), failed > 0 && `${failed} failed`];
  announcement.set(parts.filter(Boolean).join(', '));
  created = 0;
  failed = 0;
  timer = undefined;
}
