import { createStore } from '../ui/external-store.js';

/** The index of the bucket that is pointed at in any of the charts on screen: all of them mark it. */
export const crosshair = createStore<number | null>(null);
