import type { StatsWindow } from '../api/types.js';

/** The windows that the server keeps history for. */
export const statsWindows: readonly { value: StatsWindow; label: string }[] = [
  { value: '1h', label: '1 hour' },
  { value: '24h', label: '24 hours' },
  { value: '7d', label: '7 days' },
];

/** The window that a URL names, or the fallback. */
export function toWindow(text: string | undefined, fallback: StatsWindow): StatsWindow {
  return statsWindows.find(({ value }) => value === text)?.value ?? fallback;
}
