import { statement } from '../platform/database/statement.js';

/** By: registration. */
export const insertWorker = statement(
  'insert_worker',
  `INSERT INTO workers (id, hostname, status, last_heartbeat, name, queues, concurrency, version, labels, registered_at)
  SELECT $1, $2, 'ONLINE', now, $3, $4, $5, $6, $7, now FROM clock_timestamp() AS now`,
);

/** Notes that workers live. By: heartbeats, a batch at a time, locked in the order of their ids. Index: primary key; updates stay HOT. */
export const touchWorkers = statement(
  'touch_workers',
  `WITH known AS MATERIALIZED (
    SELECT w.id, w.status, i.is_stopped, i.cpu_percent, i.rss_bytes
    FROM unnest($1::uuid[], $2::boolean[], $3::real[], $4::bigint[]) AS i (id, is_stopped, cpu_percent, rss_bytes) JOIN workers w ON w.id = i.id
    ORDER BY w.id FOR NO KEY UPDATE OF w
  )
  UPDATE workers w SET last_heartbeat = clock_timestamp(), status = CASE WHEN known.is_stopped THEN 'OFFLINE' ELSE 'ONLINE' END,
    cpu_percent = known.cpu_percent, rss_bytes = known.rss_bytes
  FROM known WHERE w.id = known.id
  RETURNING w.id, w.status, w.state, known.status AS was`,
);

/** ONLINE -> OFFLINE after silence. By: the sweep. A label for people: leases decide about jobs. */
export const markSilentWorkers = statement(
  'mark_silent_workers',
  `UPDATE workers SET status = 'OFFLINE'
  WHERE id IN (
    SELECT id FROM workers WHERE status = 'ONLINE' AND last_heartbeat < clock_timestamp() - make_interval(secs => $1::float8)
    FOR NO KEY UPDATE SKIP LOCKED
  )
  RETURNING id, state, coalesce(name, hostname) AS name`,
);

/** Workers that nobody has heard of for $1 days, and that hold nothing. By: housekeeping. */
export const forgetSilentWorkers = statement(
  'forget_silent_workers',
  `DELETE FROM workers w
  WHERE status = 'OFFLINE' AND last_heartbeat < clock_timestamp() - make_interval(days => $1)
    AND NOT EXISTS (SELECT FROM live_leases l WHERE l.worker_id = w.id)
  RETURNING id`,
);

/** By: people. Answers no row for an unknown worker. */
export const setWorkerState = statement(
  'set_worker_state',
  `UPDATE workers SET state = $2 WHERE id = $1 RETURNING id, status, state`,
);

/** By: people, and workers that have finished. Only what is offline or draining, and holds no lease. */
export const deleteWorker = statement(
  'delete_worker',
  `DELETE FROM workers w
  WHERE id = $1 AND (status = 'OFFLINE' OR state = 'draining')
    AND NOT EXISTS (SELECT FROM live_leases l WHERE l.worker_id = w.id)
  RETURNING id`,
);

const WORKER_COLUMNS = `id, hostname, status, last_heartbeat, name, queues, concurrency, version, labels, state, registered_at,
  cpu_percent, rss_bytes`;

export const findWorker = statement('find_worker', `SELECT ${WORKER_COLUMNS} FROM workers WHERE id = $1`);

/**
 * All workers with what they are sorted by, the latest heard of first, at most $1. Indexes: claims_worker_id, primary keys of jobs,
 * worker_minutes and worker_losses. By: GET /workers and /workers/groups, which share one answer.
 */
export const allWorkers = statement(
  'all_workers',
  `WITH running AS MATERIALIZED (SELECT worker_id, count(*) AS n FROM live_leases GROUP BY worker_id),
  minutes AS MATERIALIZED (
    SELECT worker_id, sum(succeeded) AS succeeded, sum(failed) AS failed FROM worker_minutes
    WHERE at > now() - interval '1 hour' GROUP BY worker_id
  ),
  lost AS MATERIALIZED (SELECT worker_id, count(*) AS n FROM worker_losses GROUP BY worker_id)
  SELECT w.id, coalesce(w.name, w.hostname) AS shown_name, w.hostname, w.status, w.state, w.version, w.queues, w.concurrency,
    w.last_heartbeat, w.registered_at, w.cpu_percent, w.rss_bytes, coalesce(r.n, 0)::int AS running_count,
    coalesce(m.succeeded, 0)::int AS succeeded_last_hour, coalesce(m.failed, 0)::int AS failed_last_hour,
    coalesce(l.n, 0)::int AS lost_last_day
  FROM (SELECT * FROM workers ORDER BY status = 'ONLINE' DESC, last_heartbeat DESC LIMIT $1) w
    LEFT JOIN running r ON r.worker_id = w.id
    LEFT JOIN minutes m ON m.worker_id = w.id
    LEFT JOIN lost l ON l.worker_id = w.id`,
);

/** In any order. By: GET /workers, for one page. */
export const findWorkers = statement(
  'find_workers',
  `SELECT ${WORKER_COLUMNS} FROM workers WHERE id = ANY ($1::uuid[])`,
);

/** What the given workers run, the longest running first, at most $2 each, with the count of all. Indexes: claims_worker_id, primary key of jobs. */
export const findRunningJobs = statement(
  'find_running_jobs',
  `SELECT worker_id, job_id, attempt, started_at, progress, running_count, type
  FROM (
    SELECT worker_id, job_id, attempt, started_at, progress, type,
      row_number() OVER (PARTITION BY worker_id ORDER BY started_at) AS place,
      count(*) OVER (PARTITION BY worker_id) AS running_count
    FROM live_leases
    WHERE worker_id = ANY ($1::uuid[])
  ) running
  WHERE place <= $2
  ORDER BY worker_id, place`,
);

/** What the given workers did in the last hour and lost in the last day. Indexes: primary keys of worker_minutes and worker_losses. */
export const countWorkersDeeds = statement(
  'count_workers_deeds',
  `SELECT i.worker_id, coalesce(m.succeeded, 0)::int AS succeeded_last_hour, coalesce(m.failed, 0)::int AS failed_last_hour,
    l.n::int AS lost_last_day
  FROM unnest($1::uuid[]) AS i (worker_id)
    CROSS JOIN LATERAL (
      SELECT sum(succeeded) AS succeeded, sum(failed) AS failed FROM worker_minutes
      WHERE worker_id = i.worker_id AND at > now() - interval '1 hour'
    ) m
    CROSS JOIN LATERAL (SELECT count(*) AS n FROM worker_losses WHERE worker_id = i.worker_id) l`,
);

/** One worker's last hour, minute by minute. Index: primary key. */
export const findWorkerMinutes = statement(
  'find_worker_minutes',
  `SELECT at, succeeded, failed, busy_seconds FROM worker_minutes
  WHERE worker_id = $1 AND at > now() - interval '1 hour' ORDER BY at LIMIT 62`,
);

/** The latest attempts that a worker lost, of jobs that still exist. Indexes: primary keys. */
export const findLostAttempts = statement(
  'find_lost_attempts',
  `SELECT l.job_id, l.attempt_number AS attempt, j.type, j.status, l.at
  FROM worker_losses l JOIN jobs j ON j.id = l.job_id
  WHERE l.worker_id = $1 ORDER BY l.at DESC LIMIT $2`,
);
