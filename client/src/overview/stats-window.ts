import type { StatsWindow } from '../api/types.js';

/** The windows that the server keeps history for. */
export const statsWindows: readonly { value: StatsWindow; label: string }[] = [
  { value: '15m', label: '15 min' },
  { value: '1h', label: '1 hour' },
  { value: '6h', label: '6 hours' },
  { value: '24h', label: '24 hours' },
  { value: '7d', label: '7 days' },
];

/** The window that a URL names, or the fallback. */
export function toWindow(text: string | undefined, fallback: StatsWindow): StatsWindow {
  return statsWindows.find(({ value }) => value === text)?.value ?? fallback;
}

/** The window in running text: "last hour". */
export function windowText(window: StatsWindow): string {
  if (window === '1h') return 'last hour';
  return `last ${statsWindows.find(({ value }) => value === window)?.label ?? window}`;
}
