import { useSyncExternalStore } from 'react';

/** Milliseconds since the epoch: the only place where the dashboard reads the wall clock. */
export function nowMs(): number {
  return Date.now();
}

const listeners = new Set<() => void>();
let timer: number | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(() => {
    if (!document.hidden) for (const notify of listeners) notify();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}

/**
 * A value derived from the clock, looked at once a second by one timer for the whole page. `read` must return a primitive: a component
 * renders again only when that primitive changes, so "3 h ago" costs nothing for an hour.
 */
export function useTicking<T extends string | number | boolean>(read: (now: number) => T): T {
  return useSyncExternalStore(subscribe, () => read(Math.floor(nowMs() / 1000) * 1000));
}
