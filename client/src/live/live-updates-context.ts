import { createContext, useContext } from 'react';
import type { LiveUpdates } from './live-updates.js';

export const LiveUpdatesContext = createContext<LiveUpdates | null>(null);

/** The live updates of this tab, to refresh by hand. */
export function useLiveUpdates(): LiveUpdates {
  const liveUpdates = useContext(LiveUpdatesContext);
  if (!liveUpdates) throw new Error('LiveUpdatesContext is missing');
  return liveUpdates;
}
