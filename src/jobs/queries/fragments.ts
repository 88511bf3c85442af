/*
 * The hot SQL of a job's life, one file a phase. What all of it shares:
 * - One statement for a whole batch, one commit. Input is a batch of arrays, sorted by job id; rows are locked in that order, so
 *   that batches which overlap wait for one another instead of deadlocking.
 * - Every write by a worker carries the fence: the job's row by primary key, status RUNNING, attempt, lease token.
 * - The clock is read once, after the statement began; after a lock wait `now()` would be the past of the transaction.
 * - Triggers put what becomes PENDING into `ready_jobs`, and take out what leaves; only the claim takes out its own, all at once.
 * - A statement that changes jobs appends what it changed to `job_deltas`.
 * Claims, reports and heartbeats run on the lane `lease`, whose planner joins by key only; submissions on `api`, sweeps on `sweep`.
 */

/** The first CTE of a statement that tells the time. */
export const CLOCK = 'clock AS MATERIALIZED (SELECT clock_timestamp() AS now)';

/** What `settle` in contract/job-state.ts needs to know of a job `j`. */
export const BUDGETS = `j.retry_count, j.max_retries, j.lost_count, j.max_lost, j.undelivered_count,
    j.cancel_requested_at IS NOT NULL AS cancel_requested, j.backoff`;

/** Four buckets per doubling of the milliseconds: floor(4 * log2(ms)), a resolution of about 19 %. (`extract` would make a numeric.) */
export function durationBucket(from: string, to: string): string {
  const buckets = 4 / Math.LN2;
  return `floor(ln(greatest(1, date_part('epoch', ${to} - ${from}) * 1000)) * ${buckets})::smallint`;
}
