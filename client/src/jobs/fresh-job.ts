import { createStore } from '../ui/external-store.js';

/** The job that was just created here: its row is highlighted for a moment. */
export const freshJobId = createStore<string | null>(null);

/** The jobs that were deleted here: their rows go at once, which rows that merely left the filter do not. */
export const deletedJobIds = createStore<ReadonlySet<string>>(new Set());
