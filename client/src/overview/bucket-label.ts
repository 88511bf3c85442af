import type { StatsWindow } from '../api/types.js';
import { preferences } from '../settings/preferences.js';

const parts = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

/** The start of a bucket as a person reads it in a chart of this window, in the preferred zone. */
export function bucketLabel(at: string, window: StatsWindow): string {
  const zone = preferences.get().zone === 'utc' ? { timeZone: 'UTC' } : {};
  const day = window === '7d' ? ({ weekday: 'short' } as const) : {};
  return new Intl.DateTimeFormat('en-GB', { ...parts, ...day, ...zone }).format(new Date(at));
}
