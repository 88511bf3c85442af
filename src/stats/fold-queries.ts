import { statement } from '../platform/database/statement.js';

/*
 * Statements that fold deltas into totals. Any number of orchestrators may run them side by side: each takes deltas that nobody else has
 * locked, and writes its totals in the order of their keys, so that two of them wait for one another instead of deadlocking.
 *
 * Deltas are looked for above a horizon (see DeltaHorizon): below it there are only dead rows, which a long transaction somewhere may
 * keep in the index for hours.
 */

/** How long the buckets of each length are kept: a little longer than the longest chart made of them. */
export const KEPT_SECONDS = { 15: 20 * 60, 60: 7 * 3600, 900: 8 * 24 * 3600 } as const;

/** The last delta ids given out; those above are yet to come. */
export const lastDeltaIds = statement(
  'last_delta_ids',
  `SELECT (SELECT last_value FROM job_deltas_id_seq) AS jobs, (SELECT last_value FROM error_deltas_id_seq) AS errors`,
);

/** The lowest ids above $1 of deltas that can be seen, even if somebody folds them just now. Indexes: primary keys. */
export const oldestJobDelta = statement('oldest_job_delta', 'SELECT min(id) AS id FROM job_deltas WHERE id > $1');
export const oldestErrorDelta = statement('oldest_error_delta', 'SELECT min(id) AS id FROM error_deltas WHERE id > $1');

/**
 * Takes up to $2 deltas above $1 and adds them to job_counts and job_buckets; answers how many there were. One transaction, so that
 * readers who add what is not yet folded see each delta exactly once. The history of all jobs is kept at every resolution, that of
 * single queues and types not in steps of 15 s, but for the backlog: with thousands of queues those would be most of the rows.
 */
export const foldJobDeltas = statement(
  'fold_job_deltas',
  `WITH taken AS (
    DELETE FROM job_deltas WHERE id = ANY (ARRAY(
      SELECT id FROM job_deltas WHERE id > $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
    ))
    RETURNING queue, type, from_status, to_status, duration_bucket, n, at
  ),
  counted AS (
    INSERT INTO job_counts (queue, type, status, n)
    SELECT queue, type, status, sum(n) FROM (
      SELECT queue, type, to_status AS status, n FROM taken WHERE to_status IS NOT NULL
      UNION ALL
      SELECT queue, type, from_status, -n FROM taken WHERE from_status IS NOT NULL
    ) moved
    GROUP BY queue, type, status HAVING sum(n) <> 0
    ORDER BY queue, type, status
    ON CONFLICT (queue, type, status) DO UPDATE SET n = job_counts.n + EXCLUDED.n
  ),
  measured AS (
    SELECT queue, type, date_bin('15 seconds', at, 'epoch') AS at, m.metric, m.bucket, sum(m.n) AS n
    FROM taken CROSS JOIN LATERAL (
      SELECT CASE
        WHEN from_status IS NULL THEN 'created'
        WHEN to_status = 'RUNNING' THEN 'started'
        WHEN to_status = 'CANCELLED' THEN 'cancelled'
        WHEN from_status = 'RUNNING' AND to_status = 'SUCCESS' THEN 'succeeded'
        WHEN from_status = 'RUNNING' AND to_status = 'RETRYING' THEN 'retried'
        WHEN from_status = 'RUNNING' AND to_status = 'FAILED' THEN 'failed'
        WHEN from_status = 'RUNNING' AND to_status = 'DEAD' THEN 'dead'
      END AS metric, -1::smallint AS bucket, taken.n
      UNION ALL
      SELECT CASE
        WHEN to_status = 'RUNNING' THEN 'wait_time'
        WHEN from_status = 'RUNNING' AND to_status IN ('SUCCESS', 'RETRYING', 'FAILED', 'DEAD') THEN 'run_time'
      END, duration_bucket, taken.n
      WHERE duration_bucket IS NOT NULL
      UNION ALL
      SELECT 'backlog', -1::smallint, CASE WHEN to_status = 'PENDING' THEN taken.n ELSE -taken.n END
      WHERE coalesce(to_status = 'PENDING', false) <> coalesce(from_status = 'PENDING', false)
    ) m
    WHERE metric IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5
  ),
  charted AS (
    INSERT INTO job_buckets (seconds, scope, name, metric, at, duration_bucket, n)
    SELECT seconds, scope, CASE scope WHEN 'queue' THEN queue WHEN 'type' THEN type ELSE '' END AS name, metric,
      date_bin(make_interval(secs => seconds), at, 'epoch') AS bucket_at, bucket, sum(n)
    FROM measured
      CROSS JOIN (VALUES (15, 'all'), (15, 'queue'), (60, 'all'), (60, 'queue'), (60, 'type'), (900, 'all'), (900, 'queue'), (900, 'type'))
        AS kept (seconds, scope)
    WHERE seconds <> 15 OR scope = 'all' OR metric = 'backlog'
    GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(n) <> 0
    ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (seconds, scope, name, metric, at, duration_bucket) DO UPDATE SET n = job_buckets.n + EXCLUDED.n
  )
  SELECT count(*) AS taken FROM taken`,
);

/**
 * Takes up to $2 failed attempts above $1 and adds them to error_groups and error_buckets; answers how many there were. A resolved group
 * opens again when it happens after it was resolved. The queues come from the jobs by primary key. Index: error_deltas' and jobs' keys.
 */
export const foldErrorDeltas = statement(
  'fold_error_deltas',
  `WITH taken AS (
    DELETE FROM error_deltas WHERE id = ANY (ARRAY(
      SELECT id FROM error_deltas WHERE id > $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
    ))
    RETURNING id, fingerprint, type, error_type, message, job_id, at
  ),
  latest AS (
    SELECT DISTINCT ON (fingerprint) fingerprint, type, error_type, message, job_id, at FROM taken
    ORDER BY fingerprint, at DESC, id DESC
  ),
  spread AS (
    SELECT t.fingerprint, min(t.at) AS first_seen_at,
      coalesce((array_agg(DISTINCT j.queue) FILTER (WHERE j.queue IS NOT NULL))[1:$3], '{}') AS queues
    FROM taken t LEFT JOIN jobs j ON j.id = t.job_id
    GROUP BY t.fingerprint
  ),
  grouped AS (
    INSERT INTO error_groups AS g
      (fingerprint, type, error_type, message, state_changed_at, queues, sample_job_id, first_seen_at, last_seen_at)
    SELECT fingerprint, type, error_type, message, at, queues, job_id, first_seen_at, at
    FROM latest JOIN spread USING (fingerprint)
    ORDER BY fingerprint
    ON CONFLICT (fingerprint) DO UPDATE SET
      message = EXCLUDED.message,
      sample_job_id = EXCLUDED.sample_job_id,
      first_seen_at = least(g.first_seen_at, EXCLUDED.first_seen_at),
      last_seen_at = greatest(g.last_seen_at, EXCLUDED.last_seen_at),
      queues = CASE WHEN g.queues @> EXCLUDED.queues THEN g.queues
        ELSE ARRAY(SELECT DISTINCT q FROM unnest(g.queues || EXCLUDED.queues) AS q ORDER BY q LIMIT $3) END,
      state = CASE WHEN g.state = 'resolved' AND EXCLUDED.last_seen_at > g.state_changed_at THEN 'open' ELSE g.state END
  ),
  charted AS (
    INSERT INTO error_buckets (seconds, at, fingerprint, n)
    SELECT seconds, date_bin(make_interval(secs => seconds), at, 'epoch') AS bucket_at, fingerprint, count(*)
    FROM taken CROSS JOIN (VALUES (15), (60), (900)) AS kept (seconds)
    GROUP BY 1, 2, 3
    ORDER BY 1, 2, 3
    ON CONFLICT (seconds, at, fingerprint) DO UPDATE SET n = error_buckets.n + EXCLUDED.n
  )
  SELECT count(*) AS taken FROM taken`,
);

/** Deletes up to $3 buckets of $1 seconds that are older than $2 seconds. Index: job_buckets_at. */
export const dropJobBuckets = statement(
  'drop_job_buckets',
  `WITH dropped AS (
    DELETE FROM job_buckets WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM job_buckets WHERE seconds = $1 AND at < now() - make_interval(secs => $2) LIMIT $3 FOR UPDATE SKIP LOCKED
    ))
    RETURNING 1
  )
  SELECT count(*) AS taken FROM dropped`,
);

/** The same for error_buckets. Index: primary key. */
export const dropErrorBuckets = statement(
  'drop_error_buckets',
  `WITH dropped AS (
    DELETE FROM error_buckets WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM error_buckets WHERE seconds = $1 AND at < now() - make_interval(secs => $2) LIMIT $3 FOR UPDATE SKIP LOCKED
    ))
    RETURNING 1
  )
  SELECT count(*) AS taken FROM dropped`,
);

/** Deletes up to $3 groups not seen for $1 seconds, or not among the latest $2. Muted ones stay as long. Index: error_groups_last_seen_at. */
export const dropErrorGroups = statement(
  'drop_error_groups',
  `WITH oldest_kept AS (
    SELECT greatest(
      now() - make_interval(secs => $1),
      (SELECT last_seen_at FROM error_groups ORDER BY last_seen_at DESC OFFSET $2 LIMIT 1)
    ) AS at
  ),
  dropped AS (
    DELETE FROM error_groups WHERE ctid = ANY (ARRAY(
      SELECT g.ctid FROM error_groups g WHERE g.last_seen_at < (SELECT at FROM oldest_kept) LIMIT $3 FOR UPDATE SKIP LOCKED
    ))
    RETURNING 1
  )
  SELECT count(*) AS taken FROM dropped`,
);
