import type { Job } from '../api/types.js';
import { createStore } from '../ui/external-store.js';
import type { JobCommands } from './use-job-commands.js';

/** The job whose page is open, for the command palette; null on other pages. */
export const currentJob = createStore<{ job: Job; commands: JobCommands } | null>(null);
