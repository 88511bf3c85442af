/** What the reap does to the running attempt of job $1, in one statement, for tests that hold its locks for a while. */
export const LOSE_LEASE = `WITH lost AS (
    INSERT INTO past_attempts (job_id, attempt_number, id, status, worker_id, lease_token, lease_expires_at, deadline_at, started_at, finished_at)
    SELECT id, attempt, attempt_id, 'LOST', worker_id, lease_token, lease_expires_at, deadline_at, started_at, clock_timestamp()
    FROM jobs WHERE id = $1
  )
  UPDATE jobs SET status = 'PENDING', lost_count = 1, run_at = now(), worker_id = NULL, attempt_id = NULL, lease_token = NULL,
    lease_expires_at = NULL, deadline_at = NULL, heard_at = NULL, progress = NULL, progress_message = NULL
  WHERE id = $1`;
