import { useEffect } from 'react';
import type { Worker } from '../api/types.js';
import { createStore, useStore } from '../ui/external-store.js';
import { nowMs } from '../ui/ticker.js';

/** How old a worker's last heartbeat was when this page looked: as it should be, over two intervals, or so old that it is offline. */
export type Beat = 'fresh' | 'late' | 'silent';

export const BEATS_SHOWN = 30;
/** Events may bring answers more often than heartbeats come. */
const LOOK_EVERY_MS = 4000;
const LATE_MS = 10_000;

const seen = createStore<ReadonlyMap<string, readonly Beat[]>>(new Map());
let lookedAt = 0;

/** The latest looks at each worker, oldest first, since this page was opened: the server keeps none. */
export function useBeats(workers: readonly Worker[] | undefined): ReadonlyMap<string, readonly Beat[]> {
  useEffect(() => {
    const now = nowMs();
    if (!workers || now - lookedAt < LOOK_EVERY_MS) return;
    lookedAt = now;
    const before = seen.get();
    const next = new Map(before);
    for (const worker of workers)
      next.set(worker.id, [...(before.get(worker.id) ?? []), beatOf(worker, now)].slice(-BEATS_SHOWN));
    seen.set(next);
  }, [workers]);
  return useStore(seen);
}

function beatOf({ status, last_heartbeat }: Worker, now: number): Beat {
  if (status === 'OFFLINE') return 'silent';
  return now - Date.parse(last_heartbeat) > LATE_MS ? 'late' : 'fresh';
}
