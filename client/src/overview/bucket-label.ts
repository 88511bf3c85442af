import type { StatsWindow } from '../api/types.js';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const dayAndClock = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** The start of a bucket as a person reads it in a chart of this window. */
export function bucketLabel(at: string, window: StatsWindow): string {
  return (window === '7d' ? dayAndClock : clock).format(new Date(at));
}
