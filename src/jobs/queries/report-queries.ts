import { statement } from '../../platform/database/statement.js';
import { BUDGETS, CLOCK, durationBucket } from './fragments.js';

/**
 * RUNNING -> SUCCESS under the fence; answers the places, counted from one, of the reports that were accepted, and of their jobs what the
 * reports do not say: a row for all jobs that have it in common, which is much less to read than one for each. The attempt stays where it
 * is, in the row of the job. By: reports. Index: primary key.
 */
export const succeedJobs = statement(
  'succeed_jobs',
  `WITH ${CLOCK},
  input AS (
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[]) WITH ORDINALITY AS t (job_id, attempt, lease_token, result, place)
  ),
  settled AS (
    UPDATE jobs j
    SET status = 'SUCCESS', result = i.result::jsonb, error = NULL, error_fingerprint = NULL, finished_at = clock.now, updated_at = clock.now
    FROM input i, clock
    WHERE j.id = i.job_id AND j.status = 'RUNNING' AND j.attempt = i.attempt AND j.lease_token = i.lease_token
    RETURNING j.queue, j.type, j.worker_id, j.started_at, j.finished_at, i.place
  ),
  counted AS (
    INSERT INTO job_deltas (queue, type, from_status, to_status, duration_bucket, n)
    SELECT queue, type, 'RUNNING', 'SUCCESS', bucket, count(*)
    FROM (SELECT queue, type, ${durationBucket('started_at', 'finished_at')} AS bucket FROM settled) s
    GROUP BY queue, type, bucket
  )
  SELECT queue, type, worker_id, max(finished_at) AS at, string_agg(place::text, ',') AS places FROM settled GROUP BY queue, type, worker_id`,
);

/**
 * Locks running jobs under the fence, and answers what `settle` needs to know of them. By: reports of anything but success, before
 * `settleAttempts` in the same transaction. Rows that changed while it waited for a lock are judged anew. Index: primary key.
 */
export const lockForReport = statement(
  'lock_for_report',
  `SELECT j.id AS job_id, j.attempt, j.lease_token, j.type, ${BUDGETS}
  FROM unnest($1::uuid[], $2::int[], $3::uuid[]) AS i (job_id, attempt, lease_token)
    JOIN jobs j ON j.id = i.job_id
  WHERE j.status = 'RUNNING' AND j.attempt = i.attempt AND j.lease_token = i.lease_token
  ORDER BY j.id
  FOR NO KEY UPDATE OF j`,
);

/**
 * Ends running attempts and moves their jobs to where `settle` said: the attempt gets a row among the past ones, and leaves that of its
 * job. By: reports and the reap, after the rows were locked. A job that becomes ready again notes when in `run_at`. Indexes: both
 * primary keys.
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
    INSERT INTO past_attempts (job_id, attempt_number, id, status, worker_id, lease_token, lease_expires_at, deadline_at, heard_at, progress,
      progress_message, error, error_type, error_stack, started_at, finished_at)
    SELECT j.id, j.attempt, j.attempt_id, i.attempt_status::attempt_status, j.worker_id, j.lease_token, j.lease_expires_at, j.deadline_at,
      j.heard_at, j.progress, j.progress_message, i.error, i.error_type, i.error_stack, j.started_at, clock.now
    FROM input i JOIN jobs j ON j.id = i.job_id, clock
    WHERE j.status = 'RUNNING' AND j.attempt = i.attempt
    RETURNING job_id, attempt_number, lease_token, started_at, finished_at AS now
  ),
  settled AS (
    UPDATE jobs j
    SET status = i.status::job_status, retry_count = i.retry_count, lost_count = i.lost_count, undelivered_count = i.undelivered_count,
      dead_reason = i.dead_reason,
      error = coalesce(i.error, j.error), error_fingerprint = coalesce(i.error_fingerprint, j.error_fingerprint),
      wait_until = e.now + make_interval(secs => i.wait_seconds),
      run_at = CASE WHEN i.status = 'PENDING' THEN e.now ELSE coalesce(e.now + make_interval(secs => i.wait_seconds), j.run_at) END,
      worker_id = CASE WHEN i.status IN ('PENDING', 'RETRYING') THEN NULL ELSE j.worker_id END,
      attempt_id = NULL, lease_token = NULL, lease_expires_at = NULL, deadline_at = NULL, heard_at = NULL, progress = NULL,
      progress_message = NULL,
      finished_at = CASE WHEN i.status IN ('FAILED', 'DEAD', 'CANCELLED') THEN e.now END,
      updated_at = e.now
    FROM ended e JOIN input i ON i.job_id = e.job_id
    WHERE j.id = e.job_id AND j.status = 'RUNNING' AND j.attempt = e.attempt_number
    RETURNING j.id, j.queue, j.type, j.status, j.attempt, j.priority, j.worker_id, e.lease_token, e.started_at, e.now,
      i.error_type, i.error_fingerprint, i.error_message
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
    LEFT JOIN LATERAL (
      SELECT status, lease_token FROM job_attempts WHERE job_id = i.job_id AND attempt_number = i.attempt OFFSET 0
    ) a ON true`,
);

/** The attempts of a job that one worker held. By: reports without a fence. Index: primary key. */
export const findAttemptsOfWorker = statement(
  'find_attempts_of_worker',
  `SELECT attempt_number AS attempt, lease_token FROM job_attempts WHERE job_id = $1 AND worker_id = $2 ORDER BY attempt_number LIMIT 2`,
);
