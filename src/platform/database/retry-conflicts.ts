import { classifyDatabaseError } from './database-error.js';

const MAX_RETRIES = 3;

/** Does the work again when it was rolled back because of somebody else's (a deadlock), three times at most. */
export async function retryConflicts<T>(work: () => Promise<T>): Promise<T> {
  for (let retries = 0; ; retries++) {
    try {
      return await work();
    } catch (error) {
      if (retries === MAX_RETRIES || classifyDatabaseError(error) !== 'retry') throw error;
    }
  }
}
