import { statement } from '../../platform/database/statement.js';
import { BUDGETS, CLOCK } from './fragments.js';

/**
 * Renews leases under the fence, whatever the time: only the reap judges by time, on the row that it locks. A row is written when the
 * lease is older than a third of its life, when no heartbeat ever named it, or when its progress changed. Answers all that held when
 * the statement began (one that is reaped meanwhile is told as lost by the next heartbeat), and which of them are to stop. By:
 * heartbeats. Never SKIP LOCKED: a skipped row would read as lost. Index: primary key.
 */
export const renewLeases = statement(
  'renew_leases',
  `WITH ${CLOCK},
  input AS (
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::real[], $5::text[])
      AS t (job_id, attempt, lease_token, progress, message)
  ),
  renewed AS (
    UPDATE jobs j
    SET lease_expires_at = clock.now + make_interval(secs => $6::float8), heard_at = coalesce(j.heard_at, clock.now),
      progress = coalesce(i.progress, j.progress), progress_message = coalesce(i.message, j.progress_message)
    FROM input i, clock
    WHERE j.id = i.job_id AND j.status = 'RUNNING' AND j.attempt = i.attempt AND j.lease_token = i.lease_token
      AND (j.heard_at IS NULL
        OR j.lease_expires_at < clock.now + make_interval(secs => $6::float8 * 2 / 3)
        OR (i.progress IS NOT NULL AND i.progress IS DISTINCT FROM j.progress)
        OR (i.message IS NOT NULL AND i.message IS DISTINCT FROM j.progress_message))
  )
  SELECT j.id AS job_id, j.attempt, j.lease_token, j.cancel_requested_at IS NOT NULL AS is_cancelled
  FROM input i JOIN jobs j ON j.id = i.job_id
  WHERE j.status = 'RUNNING' AND j.attempt = i.attempt AND j.lease_token = i.lease_token`,
);

/**
 * One tick of the reap: notes in `sweep_clock` that the leases are watched, and locks what has run out, unless nothing may be called
 * expired now. By: the reap sweep, before `settleAttempts` in the same transaction.
 *
 * One statement, so that no pause of the database can fall between the look at the clock and the verdict. When nobody has looked for
 * over three seconds (the database or all orchestrators were away), or no worker was heard of, the workers could not renew either: then
 * every lease gets one more life. Silence of all workers holds off once, not for ever.
 * Answers one row per overrun attempt, and none while held or while another orchestrator is at it. Looks at every live lease; what is to
 * be ended is then locked, and judged anew as it is by then. Index: primary key.
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
  ),
  overrun AS MATERIALIZED (
    SELECT l.job_id FROM tick CROSS JOIN live_leases l
    WHERE NOT tick.is_held AND (${isOverrun('l')})
    ORDER BY l.job_id LIMIT $2
  )
  SELECT j.id AS job_id, j.attempt, j.lease_token, j.heard_at IS NOT NULL AS is_heard, j.type, ${BUDGETS},
    CASE WHEN j.lease_expires_at < tick.now THEN 'lease' WHEN j.deadline_at < tick.now THEN 'deadline' ELSE 'cancel' END AS overrun
  FROM tick CROSS JOIN jobs j
  WHERE j.id = ANY (ARRAY(SELECT job_id FROM overrun)) AND j.status = 'RUNNING' AND (${isOverrun('j')})
  ORDER BY j.id
  FOR NO KEY UPDATE OF j SKIP LOCKED`,
);

function isOverrun(lease: string): string {
  return `${lease}.lease_expires_at < tick.now
      OR ${lease}.deadline_at < tick.now
      OR ${lease}.cancel_requested_at < tick.now - make_interval(secs => $1::float8)`;
}

/**
 * Takes out of `claims` what is not live any more: a claim goes with the last of its jobs, and shrinks by the half. So what walks the
 * live leases walks little else. By: the reap sweep, and the dispatcher for one queue ($1) before it counts what runs there; any number
 * of them at a time, each passes over what another one works on. Indexes: primary keys, claims_queue.
 */
export const closeClaims = statement(
  'close_claims',
  `WITH thin AS MATERIALIZED (
    SELECT c.id, live.job_ids
    FROM claims c CROSS JOIN LATERAL (
      SELECT count(*) AS n, array_agg(id) AS job_ids
      FROM jobs WHERE id = ANY (c.job_ids) AND status = 'RUNNING' AND started_at = c.claimed_at
    ) live
    WHERE ($1::text IS NULL OR c.queue = $1) AND live.n * 2 <= cardinality(c.job_ids)
  ),
  mine AS MATERIALIZED (
    SELECT id FROM claims WHERE id = ANY (ARRAY(SELECT id FROM thin)) ORDER BY id FOR UPDATE SKIP LOCKED
  ),
  shrunk AS (
    UPDATE claims c SET job_ids = thin.job_ids FROM mine JOIN thin ON thin.id = mine.id
    WHERE c.id = mine.id AND thin.job_ids IS NOT NULL
  )
  DELETE FROM claims c USING mine JOIN thin ON thin.id = mine.id WHERE c.id = mine.id AND thin.job_ids IS NULL`,
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
 * the picture of what workers should have listed; too dear for each heartbeat. Indexes: claims_worker_id, primary key of jobs.
 */
export const findLiveLeases = statement(
  'find_live_leases',
  `SELECT job_id, attempt, lease_token, worker_id FROM live_leases
  WHERE ($1::uuid IS NULL OR worker_id = $1) AND started_at < clock_timestamp() - make_interval(secs => $2::float8)
  ORDER BY job_id LIMIT $3`,
);
