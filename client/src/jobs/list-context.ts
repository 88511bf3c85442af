import { createStore } from '../ui/external-store.js';
import type { JobSearch } from './job-search.js';

/** The list that was on screen last: where "Back to results" leads, and what comes before and after a job. */
export const listContext = createStore<{ search: JobSearch; ids: readonly string[] }>({ search: {}, ids: [] });
