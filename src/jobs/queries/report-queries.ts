import { statement } from '../../platform/database/statement.js';
import { BUDGETS, CLOCK, durationBucket } from './fragments.js';

/**
 * RUNNING -> SUCCESS under the fence; answers the places, counted from one, of the reports that were accepted, and of their jobs what the
 * reports do not say. By: reports. Indexes: both primary keys.
 */
export const succeedJobs = statement(
  'succeed_jobs',
  `WITH ${CLOCK},
  input AS (
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[]) WITH ORDINALITY AS t (job_id, attempt, lease_token, result, place)
  ),
  ended AS (
    UPDATE job_attempts a
    SET status = 'SUCCESS', finished_at = clock.now
    FROM input i, clock
    WHERE a.job_id = i.job_id AND a.attempt_number = i.attempt AND a.lease_token = i.lease_token AND a.status = 'RUNNING'
    RETURNING a.job_id, a.attempt_number, a.started_at, a.finished_at, i.result, i.place
  ),
  settled AS (
    UPDATE jobs j
    SET status = 'SUCCESS', result = e.result::jsonb, error = NULL, error_fingerprint = NULL, finished_at = e.finished_at,
      updated_at = e.finished_at
    FROM ended e
    WHERE j.id = e.job_id AND j.status = 'RUNNING' AND j.attempt = e.attempt_number
    RETURNING j.queue, j.type, j.worker_id, e.started_at, e.finished_at, e.place
  ),
  counted AS (
    INSERT INTO job_deltas (queue, type, from_status, to_status, duration_bucket, n)
    SELECT queue, type, 'RUNNING', 'SUCCESS', bucket, count(*)
    FROM (SELECT queue, type, ${durationBucket('started_at', 'finished_at')} AS bucket FROM settled) s
    GROUP BY queue, type, bucket
  )
  SELECT place::int, queue, type, worker_id, finished_at AS at FROM settled`,
);

/**
 * Locks running attempts, then their jobs, under the fence, and answers what `settle` needs to know of them. By: reports of anything but
 * success, before `settleAttempts` in the same transaction. Rows that changed while it waited for a lock are judged anew. Indexes: both
 * primary keys.
 */
export const lockForReport = statement(
  'lock_for_report',
  `SELECT a.job_id, a.attempt_number AS attempt, a.lease_token, j.type, ${BUDGETS}
  FROM unnest($1::uuid[], $2::int[], $3::uuid[]) AS i (job_id, attempt, lease_token)
    JOIN job_attempts a ON a.job_id = i.job_id AND a.attempt_number = i.attempt
    JOIN jobs j ON j.id = a.job_id
  WHERE a.lease_token = i.lease_token AND a.status = 'RUNNING' AND j.status = 'RUNNING' AND j.attempt = a.attempt_number
  ORDER BY a.job_id
  FOR NO KEY UPDATE OF a, j`,
);

/**
 * Ends locked attempts and moves their jobs to where `settle` said. By: reports and the reap, after the rows were locked. A job that
 * becomes ready again notes when in `run_at`. Indexes: both primary keys.
 */
export const settleAttempts = statement(
  'settle_attempts',
  `WITH ${CLOCK},
  input AS (
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::int[], $6::int[], $7::int[], $8::text[], $9::float8[],
      $10::text[], $11::text[], $12::text[], $13::text[], $14::text[])
      AS t (job_id, attempt, attempt_status, status, retry_count, lost_count, undelivered_count, dead_reason, wait_seconds,
        error, error_type, error_stack, error_fingerprint, error_message)
  ),
  ended AS (
    UPDATE job_attempts a
    SET status = i.attempt_status::attempt_status, error = i.error, error_type = i.error_type, error_stack = i.error_stack,
      finished_at = clock.now
    FROM input i, clock
    WHERE a.job_id = i.job_id AND a.attempt_number = i.attempt AND a.status = 'RUNNING'
    RETURNING a.job_id, a.attempt_number, a.lease_token, a.started_at, a.finished_at AS now, i.status::job_status AS status, i.retry_count, i.lost_count,
      i.undelivered_count, i.dead_reason, i.error, i.error_type, i.error_fingerprint, i.error_message,
      a.finished_at + make_interval(secs => i.wait_seconds) AS wait_until
  ),
  settled AS (
    UPDATE jobs j
    SET status = e.status, retry_count = e.retry_count, lost_count = e.lost_count, undelivered_count = e.undelivered_count,
      dead_reason = e.dead_reason,
      error = coalesce(e.error, j.error), error_fingerprint = coalesce(e.error_fingerprint, j.error_fingerprint),
      wait_until = e.wait_until,
      run_at = CASE WHEN e.status = 'PENDING' THEN e.now ELSE coalesce(e.wait_until, j.run_at) END,
      worker_id = CASE WHEN e.status IN ('PENDING', 'RETRYING') THEN NULL ELSE j.worker_id END,
      finished_at = CASE WHEN e.status IN ('SUCCESS', 'FAILED', 'DEAD', 'CANCELLED') THEN e.now END,
      updated_at = e.now
    FROM ended e
    WHERE j.id = e.job_id AND j.status = 'RUNNING' AND j.attempt = e.attempt_number
    RETURNING j.id, j.queue, j.type, j.status, j.attempt, j.priority, j.worker_id, e.lease_token, e.started_at, e.now,
      e.error_type, e.error_fingerprint, e.error_message
  ),
  counted AS (
    INSERT INTO job_deltas (queue, type, from_status, to_status, duration_bucket, n)
    SELECT queue, type, 'RUNNING', status, bucket, count(*)
    FROM (SELECT queue, type, status, ${durationBucket('started_at', 'now')} AS bucket FROM settled) s
    GROUP BY queue, type, status, bucket
  ),
  grouped AS (
    INSERT INTO error_deltas (fingerprint, type, error_type, message, job_id)
    SELECT error_fingerprint, type, error_type, error_message, id FROM settled WHERE error_fingerprint IS NOT NULL
  )
  SELECT id, queue, type, status, attempt, priority, worker_id, lease_token, now AS at FROM settled`,
);

/**
 * What became of attempts whose report was not accepted. By: reports. One row per job that exists; the attempt's columns are null when it
 * never was. Indexes: both primary keys.
 */
export const findFates = statement(
  'find_fates',
  `SELECT i.job_id, i.attempt, i.lease_token, a.status, a.lease_token = i.lease_token AS is_own_lease
  FROM unnest($1::uuid[], $2::int[], $3::uuid[]) AS i (job_id, attempt, lease_token)
    JOIN jobs j ON j.id = i.job_id
    LEFT JOIN job_attempts a ON a.job_id = i.job_id AND a.attempt_number = i.attempt`,
);

/** The attempts of a job that one worker held. By: reports without a fence. Index: primary key. */
export const findAttemptsOfWorker = statement(
  'find_attempts_of_worker',
  `SELECT attempt_number AS attempt, lease_token FROM job_attempts WHERE job_id = $1 AND worker_id = $2 ORDER BY attempt_number LIMIT 2`,
);
