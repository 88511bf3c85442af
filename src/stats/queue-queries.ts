import { statement } from '../platform/database/statement.js';
import { EXACT_COUNTS, TAKES_JOBS } from './stats-queries.js';

/**
 * Up to $4 names of queues after $2 that match $3, ascending. A queue exists once a job named it or something was set for it. Indexes:
 * primary keys of job_counts and queues. By: GET /queues.
 */
export const queueNames = statement(
  'queue_names',
  `SELECT name FROM (
    (SELECT DISTINCT queue AS name FROM job_counts WHERE queue > $2 AND queue ILIKE $3 ORDER BY 1 LIMIT $4)
    UNION
    (SELECT name FROM queues WHERE name > $2 AND name ILIKE $3 ORDER BY 1 LIMIT $4)
    UNION
    (SELECT queue FROM (SELECT queue FROM job_deltas WHERE id > $1 ORDER BY id LIMIT 100000) unfolded
      WHERE queue > $2 AND queue ILIKE $3)
  ) known ORDER BY name LIMIT $4`,
);

/** Settings, counts and workers of the queues $2. By: /queues. */
export const queueFigures = statement(
  'queue_figures',
  `WITH ${EXACT_COUNTS},
  counted AS (
    SELECT queue,
      coalesce(sum(n) FILTER (WHERE status = 'SCHEDULED'), 0)::bigint AS scheduled,
      coalesce(sum(n) FILTER (WHERE status = 'PENDING'), 0)::bigint AS pending,
      coalesce(sum(n) FILTER (WHERE status = 'RUNNING'), 0)::bigint AS running,
      coalesce(sum(n) FILTER (WHERE status = 'RETRYING'), 0)::bigint AS retrying,
      coalesce(sum(n) FILTER (WHERE status = 'DEAD'), 0)::bigint AS dead
    FROM exact WHERE queue = ANY ($2::text[]) GROUP BY queue
  ),
  of_all AS (SELECT count(*) AS workers FROM workers w WHERE ${TAKES_JOBS} AND '*' = ANY (w.queues)),
  of_one AS (
    SELECT served.queue, count(*) AS workers FROM workers w CROSS JOIN LATERAL (SELECT DISTINCT unnest(w.queues) AS queue) served
    WHERE ${TAKES_JOBS} AND '*' <> ALL (w.queues) GROUP BY served.queue
  )
  SELECT asked.name, s.paused_at IS NOT NULL AS is_paused, s.concurrency_limit,
    coalesce(c.scheduled, 0) AS scheduled, coalesce(c.pending, 0) AS pending, coalesce(c.running, 0) AS running,
    coalesce(c.retrying, 0) AS retrying, coalesce(c.dead, 0) AS dead,
    of_all.workers + coalesce(of_one.workers, 0) AS workers,
    s.name IS NOT NULL OR c.queue IS NOT NULL AS is_known
  FROM unnest($2::text[]) AS asked (name)
    CROSS JOIN of_all
    LEFT JOIN queues s ON s.name = asked.name
    LEFT JOIN counted c ON c.queue = asked.name
    LEFT JOIN of_one ON of_one.queue = asked.name`,
);

/** Jobs of the queues $1 that ended, by the minute, in the last 60. Index: job_buckets' key, three ranges per queue. By: /queues. */
export const endedPerMinute = statement(
  'ended_per_minute',
  `WITH frame AS MATERIALIZED (SELECT date_trunc('minute', now()) AS last)
  SELECT name, (extract(epoch FROM (SELECT last FROM frame) - at) / 60)::int AS minutes_ago,
    coalesce(sum(n) FILTER (WHERE metric = 'succeeded'), 0)::bigint AS succeeded,
    coalesce(sum(n) FILTER (WHERE metric <> 'succeeded'), 0)::bigint AS failed
  FROM job_buckets
  WHERE seconds = 60 AND scope = 'queue' AND name = ANY ($1::text[]) AND metric = ANY ('{succeeded,failed,dead}')
    AND at > (SELECT last FROM frame) - interval '60 minutes'
  GROUP BY 1, 2`,
);

/** How long jobs of the queues $1 waited before they started, in the last hour or a little more. Index: as above. By: /queues. */
export const recentWaits = statement(
  'recent_waits',
  `SELECT name, duration_bucket, sum(n)::bigint AS n FROM job_buckets
  WHERE seconds = 900 AND scope = 'queue' AND name = ANY ($1::text[]) AND metric = 'wait_time' AND at > now() - interval '60 minutes'
  GROUP BY 1, 2`,
);

/** Answers no row when $2 queues are paused already. By: POST /queues/{name}/pause. */
export const pauseQueue = statement(
  'pause_queue',
  `INSERT INTO queues (name, paused_at)
  SELECT $1, clock_timestamp() WHERE (SELECT count(*) FROM queues WHERE paused_at IS NOT NULL AND name <> $1) < $2
  ON CONFLICT (name) DO UPDATE SET paused_at = coalesce(queues.paused_at, EXCLUDED.paused_at)
  RETURNING name`,
);

/** By: POST /queues/{name}/resume. */
export const resumeQueue = statement('resume_queue', 'UPDATE queues SET paused_at = NULL WHERE name = $1');

/** By: PATCH /queues/{name}. */
export const limitQueue = statement(
  'limit_queue',
  `INSERT INTO queues (name, concurrency_limit) VALUES ($1, $2)
  ON CONFLICT (name) DO UPDATE SET concurrency_limit = EXCLUDED.concurrency_limit`,
);

/** By: PATCH /queues/{name} with 0. */
export const unlimitQueue = statement('unlimit_queue', 'UPDATE queues SET concurrency_limit = NULL WHERE name = $1');

/** Forgets a queue for which nothing is set any more. By: resume and PATCH. */
export const forgetUnsetQueue = statement(
  'forget_unset_queue',
  'DELETE FROM queues WHERE name = $1 AND paused_at IS NULL AND concurrency_limit IS NULL',
);
