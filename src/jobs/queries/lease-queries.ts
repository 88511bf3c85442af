import { statement } from '../../platform/database/statement.js';
import { BUDGETS, CLOCK } from './fragments.js';

/**
 * Renews leases under the fence, whatever the time: only the reap judges by time, on the row that it locks. A row is written when the
 * lease is older than a third of its life, when no heartbeat ever named it, or when its progress changed. Answers all that held when
 * the statement began (one that is reaped meanwhile is told as lost by the next heartbeat), and which of them are to stop. By: heartbeats. Never SKIP LOCKED: a skipped row would read as lost. Indexes: both primary keys.
 */
export const renewLeases = statement(
  'renew_leases',
  `WITH ${CLOCK},
  input AS (
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::real[], $5::text[])
      AS t (job_id, attempt, lease_token, progress, message)
  ),
  renewed AS (
    UPDATE job_attempts a
    SET lease_expires_at = clock.now + make_interval(secs => $6::float8), heard_at = coalesce(a.heard_at, clock.now),
      progress = coalesce(i.progress, a.progress), progress_message = coalesce(i.message, a.progress_message)
    FROM input i, clock
    WHERE a.job_id = i.job_id AND a.attempt_number = i.attempt AND a.lease_token = i.lease_token AND a.status = 'RUNNING'
      AND (a.heard_at IS NULL
        OR a.lease_expires_at < clock.now + make_interval(secs => $6::float8 * 2 / 3)
        OR (i.progress IS NOT NULL AND i.progress IS DISTINCT FROM a.progress)
        OR (i.message IS NOT NULL AND i.message IS DISTINCT FROM a.progress_message))
  )
  SELECT a.job_id, a.attempt_number AS attempt, a.lease_token, j.cancel_requested_at IS NOT NULL AS is_cancelled
  FROM input i
    JOIN job_attempts a ON a.job_id = i.job_id AND a.attempt_number = i.attempt
    JOIN jobs j ON j.id = a.job_id
  WHERE a.lease_token = i.lease_token AND a.status = 'RUNNING'`,
);

/**
 * One tick of the reap: notes in `sweep_clock` that the leases are watched, and locks what has run out, unless nothing may be called
 * expired now. By: the reap sweep, before `settleAttempts` in the same transaction.
 *
 * One statement, so that no pause of the database can fall between the look at the clock and the verdict. When nobody has looked for
 * over three seconds (the database or all orchestrators were away), or no worker was heard of, the workers could not renew either: then
 * every lease gets one more life. Silence of all workers holds off once, not for ever.
 * Answers one row per overrun attempt, and none while held or while another orchestrator is at it. Index: job_attempts_live.
 */
export const lockOverrunAttempts = statement(
  'lock_overrun_attempts',
  `WITH ${CLOCK},
  seen AS MATERIALIZED (
    SELECT clock.now, s.last_ok_at < clock.now - interval '3 seconds' AS was_away,
      NOT EXISTS (SELECT FROM workers w WHERE w.last_heartbeat > clock.now - make_interval(secs => $1::float8 * 0.6)) AS is_silent
    FROM sweep_clock s, clock
    FOR NO KEY UPDATE OF s SKIP LOCKED
  ),
  tick AS (
    UPDATE sweep_clock s
    SET last_ok_at = seen.now,
      silent_since = CASE WHEN seen.is_silent THEN coalesce(s.silent_since, seen.now) END,
      hold_until = CASE WHEN seen.was_away OR (seen.is_silent AND s.silent_since IS NULL)
        THEN seen.now + make_interval(secs => $1::float8) ELSE s.hold_until END
    FROM seen
    RETURNING seen.now, s.hold_until > seen.now AS is_held
  )
  SELECT a.job_id, a.attempt_number AS attempt, a.lease_token, a.heard_at IS NOT NULL AS is_heard, j.type, ${BUDGETS},
    CASE WHEN a.lease_expires_at < tick.now THEN 'lease' WHEN a.deadline_at < tick.now THEN 'deadline' ELSE 'cancel' END AS overrun
  FROM tick
    JOIN job_attempts a ON a.finished_at IS NULL
    JOIN jobs j ON j.id = a.job_id
  WHERE NOT tick.is_held AND j.status = 'RUNNING' AND j.attempt = a.attempt_number AND a.status = 'RUNNING'
    AND (a.lease_expires_at < tick.now
      OR a.deadline_at < tick.now
      OR j.cancel_requested_at < tick.now - make_interval(secs => $1::float8))
  ORDER BY a.job_id
  LIMIT $2
  FOR NO KEY UPDATE OF a, j SKIP LOCKED`,
);

/**
 * SCHEDULED and RETRYING -> PENDING once their time has come. By: the due sweep, until it answers fewer rows than asked for. SKIP LOCKED:
 * any number of orchestrators share the work. Index: jobs_due.
 */
export const wakeDueJobs = statement(
  'wake_due_jobs',
  `WITH due AS MATERIALIZED (
    SELECT id, status FROM jobs WHERE wait_until <= (SELECT clock_timestamp())
    ORDER BY wait_until LIMIT $1
    FOR NO KEY UPDATE SKIP LOCKED
  ),
  woken AS (
    UPDATE jobs j SET status = 'PENDING', wait_until = NULL, updated_at = clock_timestamp()
    FROM due WHERE j.id = due.id
    RETURNING j.id, j.queue, j.type, j.status, j.priority, j.attempt, j.worker_id, j.updated_at AS at, due.status AS was
  ),
  counted AS (
    INSERT INTO job_deltas (queue, type, from_status, to_status, n)
    SELECT queue, type, was, 'PENDING', count(*) FROM woken GROUP BY queue, type, was
  )
  SELECT * FROM woken`,
);

/**
 * Live leases of one worker, or of all ($1 null), that are older than $2 seconds. By: heartbeats that list nothing, and every few seconds
 * the picture of what workers should have listed; too dear for each heartbeat. Index: job_attempts_live.
 */
export const findLiveLeases = statement(
  'find_live_leases',
  `SELECT job_id, attempt_number AS attempt, lease_token, worker_id FROM job_attempts
  WHERE finished_at IS NULL AND ($1::uuid IS NULL OR worker_id = $1)
    AND started_at < clock_timestamp() - make_interval(secs => $2::float8)
  ORDER BY job_id LIMIT $3`,
);
