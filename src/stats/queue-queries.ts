import { statement } from '../platform/database/statement.js';
import { EXACT_COUNTS, TAKES_JOBS } from './stats-queries.js';

/** CTEs: what is set for the queues that `which` leaves, how many jobs they have in each status, and who serves them. */
const figuresOf = (which: string) => `${EXACT_COUNTS},
  counted AS (
    SELECT queue,
      coalesce(sum(n) FILTER (WHERE status = 'SCHEDULED'), 0)::bigint AS scheduled,
      coalesce(sum(n) FILTER (WHERE status = 'PENDING'), 0)::bigint AS pending,
      coalesce(sum(n) FILTER (WHERE status = 'RUNNING'), 0)::bigint AS running,
      coalesce(sum(n) FILTER (WHERE status = 'RETRYING'), 0)::bigint AS retrying,
      coalesce(sum(n) FILTER (WHERE status = 'DEAD'), 0)::bigint AS dead
    FROM exact WHERE ${which} GROUP BY queue
  ),
  of_all AS (
    SELECT count(*) AS workers, coalesce(sum(concurrency), 0)::bigint AS slots FROM workers w
    WHERE ${TAKES_JOBS} AND '*' = ANY (w.queues)
  ),
  of_one AS (
    SELECT served.queue, count(*) AS workers, sum(w.concurrency)::bigint AS slots
    FROM workers w CROSS JOIN LATERAL (SELECT DISTINCT unnest(w.queues) AS queue) served
    WHERE ${TAKES_JOBS} AND '*' <> ALL (w.queues) GROUP BY served.queue
  )`;

const FIGURES = `s.paused_at IS NOT NULL AS is_paused, s.paused_at, s.concurrency_limit,
    coalesce(c.scheduled, 0) AS scheduled, coalesce(c.pending, 0) AS pending, coalesce(c.running, 0) AS running,
    coalesce(c.retrying, 0) AS retrying, coalesce(c.dead, 0) AS dead,
    of_all.workers + coalesce(of_one.workers, 0) AS workers,
    least(of_all.slots + coalesce(of_one.slots, 0), coalesce(s.concurrency_limit, 2147483647)) AS slots`;

/** Settings, counts and workers of the queues $2. By: /queues/{name}. */
export const queueFigures = statement(
  'queue_figures',
  `WITH ${figuresOf('queue = ANY ($2::text[])')}
  SELECT asked.name, ${FIGURES}, s.name IS NOT NULL OR c.queue IS NOT NULL AS is_known
  FROM unnest($2::text[]) AS asked (name)
    CROSS JOIN of_all
    LEFT JOIN queues s ON s.name = asked.name
    LEFT JOIN counted c ON c.queue = asked.name
    LEFT JOIN of_one ON of_one.queue = asked.name`,
);

/**
 * The same for all queues, the $2 with most to do first; each row says the sums over all of them. A queue exists while a job named it or
 * something is set for it. By: GET /queues and GET /metrics, which share one answer.
 */
export const allQueueFigures = statement(
  'all_queue_figures',
  `WITH ${figuresOf('true')},
  known AS (
    SELECT coalesce(c.queue, s.name) AS name, ${FIGURES}
    FROM (SELECT * FROM counted) c FULL JOIN queues s ON s.name = c.queue
      CROSS JOIN of_all
      LEFT JOIN of_one ON of_one.queue = coalesce(c.queue, s.name)
  )
  SELECT k.*, count(*) OVER () AS all_queues, count(*) FILTER (WHERE is_paused) OVER () AS all_paused,
    sum(scheduled) OVER ()::bigint AS all_scheduled, sum(pending) OVER ()::bigint AS all_pending,
    sum(running) OVER ()::bigint AS all_running, sum(retrying) OVER ()::bigint AS all_retrying, sum(dead) OVER ()::bigint AS all_dead
  FROM known k ORDER BY pending DESC, running DESC, retrying + scheduled DESC, dead DESC, name LIMIT $2`,
);

/** How many jobs of the queues $1 ended in the last 60 minutes. Index: job_buckets' key, three ranges per queue. By: GET /queues. */
export const endedLastHour = statement(
  'ended_last_hour',
  `SELECT name, coalesce(sum(n) FILTER (WHERE metric = 'succeeded'), 0)::bigint AS succeeded,
    coalesce(sum(n) FILTER (WHERE metric <> 'succeeded'), 0)::bigint AS failed
  FROM job_buckets
  WHERE seconds = 60 AND scope = 'queue' AND name = ANY ($1::text[]) AND metric = ANY ('{succeeded,failed,dead}')
    AND at > date_trunc('minute', now()) - interval '60 minutes'
  GROUP BY name`,
);

/** Jobs of the queues $1 that ended, by the minute, in the last 60. Index: job_buckets' key, three ranges per queue. By: /queues. */
export const endedPerMinute = statement(
  'ended_per_minute',
  `WITH frame AS MATERIALIZED (SELECT date_trunc('minute', now()) AS last)
  SELECT name, (extract(epoch FROM (SELECT last FROM frame) - at) / 60)::int AS minutes_ago, sum(n)::bigint AS ended
  FROM job_buckets
  WHERE seconds = 60 AND scope = 'queue' AND name = ANY ($1::text[]) AND metric = ANY ('{succeeded,failed,dead}')
    AND at > (SELECT last FROM frame) - interval '60 minutes'
  GROUP BY 1, 2`,
);

/**
 * How long jobs of the queues $1 waited before they started, and how long their attempts ran, in the last hour or a little more. Index:
 * as above. By: /queues.
 */
export const recentTimes = statement(
  'recent_times',
  `SELECT name, metric, duration_bucket, sum(n)::bigint AS n FROM job_buckets
  WHERE seconds = 900 AND scope = 'queue' AND name = ANY ($1::text[]) AND metric = ANY ('{wait_time,run_time}')
    AND at > now() - interval '60 minutes'
  GROUP BY 1, 2, 3`,
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
