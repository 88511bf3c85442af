import type { ChaosOptions } from '../options.js';
import type { Patch } from '../system/product-build.js';

/** A guard that is taken out of a build, and the run in which its absence has to show. */
export interface Weakening {
  guard: string;
  patches: Patch[];
  /** Settings of the database that undo a guard. */
  sql?: string[];
  run: Partial<ChaosOptions>;
}

const REPORTS = 'jobs/queries/report-queries.js';
const FENCE = `WHERE a.job_id = i.job_id AND a.attempt_number = i.attempt AND a.lease_token = i.lease_token AND a.status = 'RUNNING'
    RETURNING`;

/** Late reports: workers are cut off for longer than a lease that is short, and their handlers take about as long. */
const LATE_REPORTS: Partial<ChaosOptions> = {
  seconds: 60,
  leaseSeconds: 3,
  outageSeconds: 3,
  faults: ['worker cut off for longer than its lease', 'worker paused for longer than its lease'],
};

export const WEAKENINGS: readonly Weakening[] = [];

/** @throws Error for a guard that is not in the table */
export function findWeakening(guard: string): Weakening {
  const found = WEAKENINGS.find((weakening) => weakening.guard === guard);
  if (!found) throw new Error(`There is no guard "${guard}". There are: ${WEAKENINGS.map((each) => each.guard).join(', ')}`);
  return found;
}
void [REPORTS, FENCE, LATE_REPORTS];
