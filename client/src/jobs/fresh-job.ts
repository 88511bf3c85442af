import { createStore } from '../ui/external-store.js';

/** The job that was just created here: its row is highlighted for a moment. */
export const freshJobId = createStore<string | null>(null);
