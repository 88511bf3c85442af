import type { StatsWindow } from '../contract/stats.dto.js';

/** How a window is drawn: so many steps of so many seconds, made of stored buckets of `bucketSeconds`. */
export interface WindowFrame {
  stepSeconds: number;
  steps: number;
  bucketSeconds: 15 | 60 | 900;
}

const FRAMES: Record<StatsWindow, WindowFrame> = {
  '15m': { stepSeconds: 15, steps: 60, bucketSeconds: 15 },
  '1h': { stepSeconds: 60, steps: 60, bucketSeconds: 60 },
  '6h': { stepSeconds: 300, steps: 72, bucketSeconds: 60 },
  '24h': { stepSeconds: 900, steps: 96, bucketSeconds: 900 },
  '7d': { stepSeconds: 7200, steps: 84, bucketSeconds: 900 },
};

/** @param scope whose history it is: that of single queues and types is kept by the minute at best */
export function frameOf(window: StatsWindow, scope: 'all' | 'queue' | 'type'): WindowFrame {
  if (window === '15m' && scope !== 'all') return { stepSeconds: 60, steps: 15, bucketSeconds: 60 };
  return FRAMES[window];
}

/** Starts of the steps in ms, ascending; the last is given. */
export function stepStarts({ stepSeconds, steps }: WindowFrame, last: Date): number[] {
  return Array.from({ length: steps }, (_, index) => last.getTime() - (steps - 1 - index) * stepSeconds * 1000);
}
