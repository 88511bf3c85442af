import type { Announcer } from '../../jobs/announcer.js';
import type { JobStore } from '../../jobs/job-store.js';
import type { Sweep } from './sweep.js';

const BATCH = 1000;

/** Makes SCHEDULED and RETRYING jobs PENDING when their time has come. Looks four times a sweep: with nothing due it costs one look at an index. */
export function wakeDueJobs(store: JobStore, announcer: Announcer, sweepMs: number): Sweep {
  return {
    name: 'wake due jobs',
    everyMs: sweepMs / 4,
    run: async (signal) => {
      for (let woken = BATCH; woken === BATCH && !signal.aborted;) {
        const jobs = await store.wakeDue(BATCH);
        announcer.announce(jobs);
        woken = jobs.length;
      }
    },
  };
}
