import { statement } from '../../platform/database/statement.js';
import { CLOCK } from './fragments.js';

const NEW_JOBS = `SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) AS t (id, queue, type, payload, options)`;

/** Over what the caller asked for, spelt the way jsonb spells it: key order, white space and defaults given in full do not matter. */
const REQUEST_HASH = `sha256(convert_to(jsonb_build_array(n.queue, n.type, n.payload::jsonb, n.o)::text, 'UTF8'))`;

/**
 * New jobs; answers what was decided about them, a row for jobs that have it in common. By: submission (single jobs in a batch, bulk
 * calls whole). `options` is null for a job that is all defaults, which spares it a dozen casts. Indexes: only inserts into them.
 */
function create(name: string, onConflict: string) {
  return statement(
    name,
    `WITH ${CLOCK},
  n AS (
    SELECT t.id, t.queue, t.type, t.payload, t.options::jsonb AS o,
      CASE WHEN t.options IS NOT NULL THEN coalesce(
        (t.options::jsonb ->> 'run_at')::timestamptz,
        (SELECT now FROM clock) + make_interval(secs => (t.options::jsonb ->> 'delay_seconds')::float8)
      ) END AS run_at
    FROM (${NEW_JOBS}) t
  ),
  created AS (
    INSERT INTO jobs (id, queue, type, payload, status, wait_until, run_at, priority, max_retries, max_lost, timeout_seconds, backoff,
      tags, metadata, idempotency_key, request_hash, created_at, updated_at)
    SELECT n.id, n.queue, n.type, n.payload::jsonb,
      CASE WHEN n.run_at > clock.now THEN 'SCHEDULED'::job_status ELSE 'PENDING' END,
      CASE WHEN n.run_at > clock.now THEN n.run_at END,
      n.run_at,
      coalesce((n.o ->> 'priority')::smallint, 0),
      coalesce((n.o ->> 'max_retries')::int, 3),
      coalesce((n.o ->> 'max_lost')::int, 3),
      coalesce((n.o ->> 'timeout_seconds')::int, 30),
      n.o -> 'backoff',
      CASE WHEN n.o ? 'tags' THEN ARRAY(SELECT jsonb_array_elements_text(n.o -> 'tags')) ELSE '{}' END,
      coalesce(n.o -> 'metadata', '{}'),
      n.o ->> 'idempotency_key',
      CASE WHEN n.o ? 'idempotency_key' THEN ${REQUEST_HASH} END,
      clock.now, clock.now
    FROM n, clock
    ${onConflict}
    RETURNING id, queue, type, status, priority, run_at, created_at
  ),
  counted AS (
    INSERT INTO job_deltas (queue, type, to_status, n) SELECT queue, type, status, count(*) FROM created GROUP BY queue, type, status
  )
  SELECT status, priority, run_at, created_at, string_agg(id::text, ',') AS ids FROM created GROUP BY status, priority, run_at, created_at`,
  );
}

export const createJobs = create('create_jobs', '');

/**
 * A job whose idempotency key is taken comes back in no row; `findByKey` then says what holds the key. Only for jobs with keys: to be
 * ready for a conflict makes every insert dearer.
 */
export const createJobsWithKeys = create(
  'create_jobs_with_keys',
  'ON CONFLICT (idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING',
);

/**
 * What holds the idempotency keys of submissions that were not created, and whether it was asked for in the same words. By: submission,
 * in a second statement, since the first cannot see the row of a caller who committed while it ran. Index: jobs_idempotency_key.
 */
export const findByKey = statement(
  'find_by_key',
  `WITH n AS (SELECT t.id, t.queue, t.type, t.payload, t.options::jsonb AS o FROM (${NEW_JOBS}) t)
  SELECT n.id AS asked_id, j.id, j.request_hash = ${REQUEST_HASH} AS is_same
  FROM n JOIN jobs j ON j.idempotency_key = n.o ->> 'idempotency_key'`,
);
