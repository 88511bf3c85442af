import { statement } from '../platform/database/statement.js';

/**
 * Error groups in a state ($1), of one type ($2) if given, by how often they happened in the last $4 steps of $3 seconds, as buckets of $5
 * seconds say; at most $6. Index: error_buckets' key. The jobs are counted up to $7 each. Index: jobs_error. By: GET /errors.
 */
export const listErrorGroups = statement(
  'list_error_groups',
  `WITH counted AS (
    SELECT fingerprint, sum(n)::bigint AS occurrences FROM error_buckets
    WHERE seconds = $5
      AND at >= date_bin(make_interval(secs => $3::int), now(), 'epoch') - make_interval(secs => $3::int * ($4::int - 1))
    GROUP BY fingerprint
  ),
  listed AS (
    SELECT g.*, c.occurrences FROM counted c JOIN error_groups g ON g.fingerprint = c.fingerprint
    WHERE g.state = $1 AND ($2::text IS NULL OR g.type = $2)
    ORDER BY c.occurrences DESC, g.fingerprint LIMIT $6
  )
  SELECT fingerprint, type, error_type, message, state, queues, sample_job_id, first_seen_at, last_seen_at, occurrences, (
      SELECT count(*) FROM (SELECT FROM jobs j WHERE j.error_fingerprint = listed.fingerprint LIMIT $7) counted_jobs
    ) AS jobs
  FROM listed ORDER BY occurrences DESC, fingerprint`,
);

/** How often each of the groups $1 happened, in $3 steps of $2 seconds up to now. Index: error_buckets' key. By: GET /errors. */
export const sparklines = statement(
  'error_sparklines',
  `WITH frame AS MATERIALIZED (
    SELECT date_bin(make_interval(secs => $2::int), now(), 'epoch') AS last
  )
  SELECT fingerprint, date_bin(make_interval(secs => $2::int), at, 'epoch') AS at, sum(n)::bigint AS n
  FROM error_buckets
  WHERE seconds = $4 AND at >= (SELECT last FROM frame) - make_interval(secs => $2::int * ($3::int - 1))
    AND fingerprint = ANY ($1::text[])
  GROUP BY 1, 2
  UNION ALL
  SELECT NULL, last, 0 FROM frame`,
);

/** By: POST /errors/{fingerprint}/mute, /resolve, /reopen. Index: primary key. */
export const setErrorGroupState = statement(
  'set_error_group_state',
  `UPDATE error_groups SET state = $2, state_changed_at = clock_timestamp() WHERE fingerprint = $1 RETURNING fingerprint, state`,
);
