import type { AttemptError } from '../../jobs/attempt-error.js';
import type { Announcer } from '../../jobs/announcer.js';
import type { OverrunRow } from '../../jobs/job-rows.js';
import type { Ending, JobStore } from '../../jobs/job-store.js';
import type { Logger } from '../../platform/logger.js';
import type { Sweep } from './sweep.js';

const BATCH = 500;
/** Well below the three seconds after which nobody is thought to look: a rest that passed for an absence would hold off every verdict. */
const LONGEST_REST_MS = 1500;

/**
 * Ends attempts whose lease expired (their worker is gone), that overran their time limit although it is renewed (their worker is stuck),
 * or that did not stop when asked to. The look walks every live lease, and the claims of all that ended since the last look: the rest
 * between two runs grows with what they cost, up to a limit.
 */
export function reapOverrunAttempts(store: JobStore, announcer: Announcer, logger: Logger, sweepMs: number): Sweep {
  return {
    name: 'reap overrun attempts',
    everyMs: sweepMs,
    restFactor: 4,
    longestRestMs: LONGEST_REST_MS,
    run: async (signal) => {
      await store.closeClaims();
      for (let reaped = BATCH; reaped === BATCH && !signal.aborted;) {
        const jobs = await store.reap(BATCH, endingOf);
        announcer.announce(jobs);
        reaped = jobs.length;
        if (reaped > 0)
          logger.warn(
            { attempts: reaped, jobs: jobs.slice(0, 10).map((job) => job.id) },
            'overrun attempts were ended',
          );
      }
    },
  };
}

function endingOf({ overrun, is_heard: heard }: OverrunRow): Ending {
  switch (overrun) {
    case 'lease':
      return { outcome: { status: 'LOST', heard }, error: heard ? LOST : UNDELIVERED };
    case 'deadline':
      return { outcome: { status: 'TIMED_OUT', retryable: true }, error: TIMED_OUT };
    case 'cancel':
      return { outcome: { status: 'CANCELLED' }, error: null };
  }
}

const LOST: AttemptError = {
  message: 'The worker fell silent and its lease expired.',
  type: 'LeaseExpired',
  stack: null,
};
const UNDELIVERED: AttemptError = {
  message: 'The lease expired and no heartbeat ever named it: the worker never got the job.',
  type: 'LeaseNotDelivered',
  stack: null,
};
const TIMED_OUT: AttemptError = {
  message: 'The attempt overran its time limit and its worker did not end it.',
  type: 'TimeLimitExceeded',
  stack: null,
};
