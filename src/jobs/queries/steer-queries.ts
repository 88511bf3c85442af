import { statement } from '../../platform/database/statement.js';

/**
 * Cancels what waits and asks what runs to stop; answers the jobs it did that to. By: people and bulk actions. Waits for rows that are
 * being claimed or settled just now, in the order of their ids, and judges them anew. Index: primary key.
 */
export const cancelJobs = statement(
  'cancel_jobs',
  `WITH locked AS MATERIALIZED (
    SELECT id, status FROM jobs
    WHERE id = ANY ($1::uuid[])
      AND (status IN ('SCHEDULED', 'PENDING', 'RETRYING') OR (status = 'RUNNING' AND cancel_requested_at IS NULL))
    ORDER BY id
    FOR NO KEY UPDATE
  ),
  changed AS (
    UPDATE jobs j
    SET status = CASE WHEN j.status = 'RUNNING' THEN j.status ELSE 'CANCELLED' END,
      finished_at = CASE WHEN j.status = 'RUNNING' THEN NULL ELSE clock_timestamp() END,
      cancel_requested_at = clock_timestamp(), wait_until = NULL, updated_at = clock_timestamp()
    FROM locked WHERE j.id = locked.id
    RETURNING j.id, j.queue, j.type, j.status, j.attempt, j.worker_id, j.priority, j.updated_at AS at, locked.status AS was
  ),
  counted AS (
    INSERT INTO job_deltas (queue, type, from_status, to_status, n)
    SELECT queue, type, was, status, count(*) FROM changed WHERE was <> status GROUP BY queue, type, was, status
  ),
  audited AS (
    INSERT INTO job_events (job_id, action, actor, detail) SELECT id, 'cancel', $2, 'was ' || was FROM changed
  )
  SELECT * FROM changed`,
);

/**
 * FAILED, DEAD and CANCELLED -> PENDING with fresh budgets; the attempts so far stay. By: people and bulk actions. Index: primary key.
 */
export const retryJobs = statement(
  'retry_jobs',
  `WITH locked AS MATERIALIZED (
    SELECT id, status FROM jobs WHERE id = ANY ($1::uuid[]) AND status IN ('FAILED', 'DEAD', 'CANCELLED') ORDER BY id FOR NO KEY UPDATE
  ),
  changed AS (
    UPDATE jobs j
    SET status = 'PENDING', retry_count = 0, lost_count = 0, undelivered_count = 0, dead_reason = NULL, error = NULL,
      error_fingerprint = NULL, result = NULL, cancel_requested_at = NULL, worker_id = NULL, started_at = NULL, finished_at = NULL,
      run_at = clock_timestamp(), updated_at = clock_timestamp()
    FROM locked WHERE j.id = locked.id
    RETURNING j.id, j.queue, j.type, j.status, j.attempt, j.worker_id, j.priority, j.updated_at AS at, locked.status AS was
  ),
  counted AS (
    INSERT INTO job_deltas (queue, type, from_status, to_status, n)
    SELECT queue, type, was, status, count(*) FROM changed GROUP BY queue, type, was, status
  ),
  audited AS (
    INSERT INTO job_events (job_id, action, actor, detail) SELECT id, 'retry', $2, 'was ' || was FROM changed
  )
  SELECT * FROM changed`,
);

/**
 * Gives jobs that wait another queue ($2) or priority ($3), where not null; answers all that wait, those that were there already too. By: bulk actions. For the counters a job that moves leaves its old queue, and "minus one job" leaves the new one: so it is
 * there without having been created. Index: primary key.
 */
export const placeJobs = statement(
  'place_jobs',
  `WITH locked AS MATERIALIZED (
    SELECT id, queue, priority, status FROM jobs
    WHERE id = ANY ($1::uuid[]) AND status IN ('SCHEDULED', 'PENDING', 'RETRYING') ORDER BY id FOR NO KEY UPDATE
  ),
  changed AS (
    UPDATE jobs j
    SET queue = coalesce($2, locked.queue), priority = coalesce($3, locked.priority), updated_at = clock_timestamp()
    FROM locked
    WHERE j.id = locked.id AND (locked.queue <> $2::text OR locked.priority <> $3::smallint)
    RETURNING j.id, j.queue, j.type, j.status, j.priority, locked.queue AS from_queue, locked.priority AS from_priority
  ),
  counted AS (
    INSERT INTO job_deltas (queue, type, from_status, n)
    SELECT moved.queue, type, status, sum(moved.n)
    FROM changed CROSS JOIN LATERAL (VALUES (from_queue, 1), (queue, -1)) AS moved (queue, n)
    WHERE from_queue <> changed.queue
    GROUP BY moved.queue, type, status
  ),
  audited AS (
    INSERT INTO job_events (job_id, action, actor, detail)
    SELECT id, CASE WHEN queue <> from_queue THEN 'move' ELSE 'prioritize' END, $4,
      CASE WHEN queue <> from_queue THEN from_queue || ' → ' || queue ELSE from_priority || ' → ' || priority END
    FROM changed
  )
  SELECT l.id, coalesce($2, l.queue) AS queue, coalesce($3, l.priority) AS priority, l.status, l.queue AS from_queue,
    c.id IS NOT NULL AS is_changed
  FROM locked l LEFT JOIN changed c ON c.id = l.id`,
);

/** Locks those of the given jobs that have ended. By: `JobStore.remove`, before the rows go. Index: primary key. */
export const lockEndedJobs = statement(
  'lock_ended_jobs',
  `SELECT id FROM jobs WHERE id = ANY ($1::uuid[]) AND finished_at IS NOT NULL ORDER BY id FOR UPDATE`,
);

/** Deletes ended jobs that are locked, and all that belongs to them but the audit row that says so. Indexes: primary keys. */
export const removeJobs = statement(
  'remove_jobs',
  `WITH attempts AS (DELETE FROM past_attempts WHERE job_id = ANY ($1::uuid[])),
  logs AS (DELETE FROM job_logs WHERE job_id = ANY ($1::uuid[])),
  removed AS (DELETE FROM jobs WHERE id = ANY ($1::uuid[]) RETURNING id, queue, type, status),
  counted AS (
    INSERT INTO job_deltas (queue, type, from_status, n) SELECT queue, type, status, count(*) FROM removed GROUP BY queue, type, status
  ),
  audited AS (
    INSERT INTO job_events (job_id, action, actor, detail) SELECT id, 'delete', $2, 'was ' || status FROM removed
  )
  SELECT id FROM removed`,
);
