import { statement } from '../platform/database/statement.js';

/**
 * CTE: how many jobs of each queue and type are in each status, exactly: the totals plus what is not yet folded into them. Both are read
 * in one snapshot, and the fold moves deltas in one transaction. $1 is the horizon of the deltas; past 100,000 of them the sweep is
 * badly behind, and the counts lag instead of getting slow.
 */
export const EXACT_COUNTS = `unfolded AS MATERIALIZED (
    SELECT queue, type, from_status, to_status, n FROM job_deltas WHERE id > $1 ORDER BY id LIMIT 100000
  ),
  exact (queue, type, status, n) AS (
    SELECT queue, type, status, n FROM job_counts
    UNION ALL
    SELECT queue, type, to_status, n FROM unfolded WHERE to_status IS NOT NULL
    UNION ALL
    SELECT queue, type, from_status, -n FROM unfolded WHERE from_status IS NOT NULL
  )`;

/** A worker that takes new jobs. */
export const TAKES_JOBS = `w.status = 'ONLINE' AND w.state = 'active'`;

/** Jobs per status, of one queue ($2) or type ($3) if given. By: GET /stats, and each second while browsers listen. */
export const countByStatus = statement(
  'count_by_status',
  `WITH ${EXACT_COUNTS}
  SELECT status, sum(n)::bigint AS n FROM exact
  WHERE ($2::text IS NULL OR queue = $2) AND ($3::text IS NULL OR type = $3)
  GROUP BY status`,
);

/** Workers and queues at a glance. By: GET /stats. */
export const overview = statement(
  'stats_overview',
  `WITH ${EXACT_COUNTS},
  serving AS (SELECT DISTINCT unnest(w.queues) AS queue FROM workers w WHERE ${TAKES_JOBS})
  SELECT w.*, now() AS as_of,
    (SELECT count(*) FROM queues WHERE paused_at IS NOT NULL) AS queues_paused,
    (SELECT count(*) FROM (SELECT queue FROM exact WHERE status = 'PENDING' GROUP BY queue HAVING sum(n) > 0) waiting
      WHERE NOT EXISTS (SELECT FROM serving s WHERE s.queue IN (waiting.queue, '*'))
        AND NOT EXISTS (SELECT FROM queues q WHERE q.name = waiting.queue AND q.paused_at IS NOT NULL)) AS queues_without_workers,
    (SELECT coalesce(sum(n), 0)::bigint FROM job_buckets
      WHERE seconds = 900 AND scope = CASE WHEN $2::text IS NOT NULL THEN 'queue' WHEN $3::text IS NOT NULL THEN 'type' ELSE 'all' END
        AND name = coalesce($2, $3, '') AND metric = 'dead' AND at > now() - interval '24 hours') AS dead_last_24h,
    -- A worker may hold a few jobs more than it has slots: those that it starts next.
    least(w.slots, (SELECT coalesce(sum(n), 0)::bigint FROM exact WHERE status = 'RUNNING')) AS slots_used
  FROM (
    SELECT count(*) FILTER (WHERE status = 'ONLINE') AS online, count(*) FILTER (WHERE status = 'OFFLINE') AS offline,
      coalesce(sum(concurrency) FILTER (WHERE status = 'ONLINE'), 0)::bigint AS slots
    FROM workers
  ) w`,
);

/** Names for filters and suggestions, $2 of each. By: GET /stats. */
export const knownNames = statement(
  'known_names',
  `WITH ${EXACT_COUNTS}
  SELECT ARRAY(SELECT DISTINCT type FROM exact ORDER BY 1 LIMIT $2) AS types,
    ARRAY(SELECT queue FROM exact UNION SELECT name FROM queues ORDER BY 1 LIMIT $2) AS queue_names`,
);

/** Up to $4 names of queues that hold $2, those that begin with it ($3) first. Index: primary keys. By: GET /stats/names. */
export const findQueueNames = statement(
  'find_queue_names',
  `SELECT name FROM (
    SELECT queue AS name FROM job_counts WHERE queue ILIKE $2
    UNION SELECT name FROM queues WHERE name ILIKE $2
    UNION SELECT queue FROM (SELECT queue FROM job_deltas WHERE id > $1 ORDER BY id LIMIT 100000) unfolded WHERE queue ILIKE $2
  ) known ORDER BY name NOT ILIKE $3, name LIMIT $4`,
);

/** The same for types. */
export const findTypeNames = statement(
  'find_type_names',
  `SELECT name FROM (
    SELECT type AS name FROM job_counts WHERE type ILIKE $2
    UNION SELECT type FROM (SELECT type FROM job_deltas WHERE id > $1 ORDER BY id LIMIT 100000) unfolded WHERE type ILIKE $2
  ) known ORDER BY name NOT ILIKE $3, name LIMIT $4`,
);

/** How long the oldest PENDING job of all has waited. Indexes: primary keys. By: GET /stats, while any job is PENDING. */
export const oldestPending = statement(
  'oldest_pending',
  `SELECT greatest(0, extract(epoch FROM clock_timestamp() - greatest(j.created_at, j.run_at)))::float8 AS seconds
  FROM (SELECT id FROM ready_jobs ORDER BY id LIMIT 1) oldest JOIN jobs j ON j.id = oldest.id`,
);

/**
 * The same for each of the queues $1. Index: ready_jobs_order; within a queue one look per priority in use (the ten highest). By: GET
 * /stats of one queue, GET /queues.
 */
export const oldestPendingOfQueues = statement(
  'oldest_pending_of_queues',
  `SELECT q.name, (
    WITH RECURSIVE oldest AS (
      (SELECT priority, id, 1 AS level FROM ready_jobs WHERE queue = q.name ORDER BY priority DESC, id LIMIT 1)
      UNION ALL
      SELECT next.* FROM oldest CROSS JOIN LATERAL (
        SELECT priority, id, oldest.level + 1 FROM ready_jobs
        WHERE queue = q.name AND priority < oldest.priority ORDER BY priority DESC, id LIMIT 1
      ) next WHERE oldest.level < 10
    )
    SELECT greatest(0, extract(epoch FROM clock_timestamp() - min(greatest(j.created_at, j.run_at))))::float8
    FROM oldest JOIN jobs j ON j.id = oldest.id
  ) AS seconds
  FROM unnest($1::text[]) AS q (name)`,
);

/**
 * One chart: history of one scope ($1) and name ($2), in $4 steps of $3 seconds up to now, made of buckets of $5 seconds; and, as metric
 * "pending", how many jobs wait now. Index: job_buckets' key, one range per metric. By: GET /stats/timeseries.
 */
export const chart = statement(
  'chart',
  `WITH frame AS MATERIALIZED (
    SELECT date_bin(make_interval(secs => $3::int), now(), 'epoch') AS last
  )
  SELECT date_bin(make_interval(secs => $3::int), at, 'epoch') AS at, metric, duration_bucket, sum(n)::bigint AS n
  FROM job_buckets
  WHERE seconds = $5 AND scope = $1 AND name = $2
    AND metric = ANY ('{created,started,succeeded,retried,failed,dead,cancelled,backlog,wait_time,run_time}')
    AND at >= (SELECT last FROM frame) - make_interval(secs => $3::int * ($4::int - 1))
  GROUP BY 1, 2, 3
  UNION ALL
  SELECT last, 'pending', -1, (
    SELECT coalesce(sum(n), 0)::bigint FROM job_counts WHERE status = 'PENDING'
      AND CASE $1 WHEN 'queue' THEN queue = $2 WHEN 'type' THEN type = $2 ELSE true END
  ) FROM frame`,
);

/** Backlog, as in \`chart\`, of the $1 longest queues. By: GET /stats/timeseries. */
export const longestBacklogs = statement(
  'longest_backlogs',
  `WITH frame AS MATERIALIZED (
    SELECT date_bin(make_interval(secs => $2::int), now(), 'epoch') AS last
  ),
  longest AS (
    SELECT queue, sum(n)::bigint AS pending FROM job_counts WHERE status = 'PENDING'
    GROUP BY queue HAVING sum(n) > 0 ORDER BY 2 DESC, 1 LIMIT $1
  )
  SELECT queue, at, n, pending FROM longest, frame LEFT JOIN LATERAL (
    SELECT date_bin(make_interval(secs => $2::int), b.at, 'epoch') AS at, sum(b.n)::bigint AS n
    FROM job_buckets b
    WHERE b.seconds = $4 AND b.scope = 'queue' AND b.name = longest.queue AND b.metric = 'backlog'
      AND b.at >= frame.last - make_interval(secs => $2::int * ($3::int - 1))
    GROUP BY 1
  ) changes ON true
  ORDER BY pending DESC, queue`,
);
