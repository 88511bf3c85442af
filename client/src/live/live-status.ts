import { createStore } from '../ui/external-store.js';

/** How fresh data reaches this tab. `reconnecting`: the stream broke and is tried again; polling already runs. */
export type LiveState = 'live' | 'polling' | 'reconnecting' | 'paused';

export const liveState = createStore<LiveState>('reconnecting');

/** When data or a sign of life last came from the server, in milliseconds; 0 before the first. */
export const lastContact = createStore(0);

/** When the next poll is due while the server cannot be reached, in milliseconds; 0 when none is planned. */
export const nextPollAt = createStore(0);

/** How many rows are selected in the list on screen: new rows wait while there are any. */
export const selectedCount = createStore(0);

/** The latest summary for screen readers: "3 new jobs, 1 failed". */
export const announcement = createStore('');

/** Counts the refreshes that a person asked for: after one, lists show the answer as it is. */
export const explicitRefresh = createStore(0);
