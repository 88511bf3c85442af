import type pg from 'pg';

/** Runs a twentieth of all jobs. */
export const WORKER = '00000000-0000-7000-8000-000000000003';

/**
 * Fills an empty database: nine of ten jobs succeeded, the rest are spread over all statuses, a thousandth runs. One job each 50 ms up to
 * now, of 20 types; every 50th is of the queue "shared", every tenth tagged "common", every 1,000th "rare".
 */
export async function fillWithJobs(client: pg.Client, count: number): Promise<void> {
  await client.query(
    "SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '256MB'",
  );
  await client.query(
    `INSERT INTO jobs (id, type, queue, status, payload, tags, error, error_fingerprint, worker_id, created_at, updated_at, attempt,
      retry_count, dead_reason, started_at, finished_at, wait_until, attempt_id, lease_token, lease_expires_at, deadline_at)
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid,
      type, CASE WHEN n % 50 = 7 THEN 'shared' ELSE type END, status::job_status,
      jsonb_build_object('n', n, 'to', 'user' || n || '@example.com', 'text', repeat('x', 100)),
      CASE WHEN n % 1000 = 11 THEN '{rare}' WHEN n % 10 = 1 THEN '{common}' ELSE '{}' END::text[],
      CASE WHEN fails THEN 'connection refused after ' || n || ' ms' END,
      CASE WHEN fails THEN 'fingerprint-' || n % 50 END,
      CASE WHEN status NOT IN ('PENDING', 'SCHEDULED') THEN ('00000000-0000-7000-8000-' || lpad(to_hex(n % 20), 12, '0'))::uuid END,
      at, at, CASE WHEN status IN ('PENDING', 'SCHEDULED') THEN 0 ELSE 1 END,
      CASE WHEN status = 'DEAD' THEN 3 ELSE 0 END, CASE WHEN status = 'DEAD' THEN 'retries_exhausted' END,
      CASE WHEN status NOT IN ('PENDING', 'SCHEDULED') THEN at END,
      CASE WHEN status IN ('SUCCESS', 'FAILED', 'DEAD', 'CANCELLED') THEN at END,
      CASE WHEN status IN ('SCHEDULED', 'RETRYING') THEN now() + interval '1 day' END,
      CASE WHEN holds_attempt THEN gen_random_uuid() END, CASE WHEN holds_attempt THEN gen_random_uuid() END,
      CASE WHEN holds_attempt THEN now() + interval '1 day' END, CASE WHEN holds_attempt THEN now() + interval '1 day' END
    FROM (
      SELECT n, 'type-' || n % 20 AS type, now() - make_interval(secs => ($1::int - n) * 0.05) AS at, status,
        status IN ('RETRYING', 'FAILED', 'DEAD') AS fails, status IN ('RUNNING', 'SUCCESS') AS holds_attempt
      FROM generate_series(1, $1::int) n CROSS JOIN LATERAL (
        SELECT CASE
          WHEN h = 0 THEN 'RUNNING' WHEN h < 20 THEN 'PENDING' WHEN h < 30 THEN 'SCHEDULED' WHEN h < 35 THEN 'RETRYING'
          WHEN h < 55 THEN 'FAILED' WHEN h < 75 THEN 'DEAD' WHEN h < 100 THEN 'CANCELLED' ELSE 'SUCCESS'
        END AS status FROM (SELECT hashint4(n) & 2147483647 AS x) r, LATERAL (SELECT x % 1000 AS h) m
      ) s
    ) made`,
    [count],
  );
  await client.query(`INSERT INTO past_attempts (job_id, attempt_number, id, worker_id, lease_token, lease_expires_at, deadline_at, started_at, status, finished_at)
    SELECT id, 1, gen_random_uuid(), worker_id, gen_random_uuid(), now() + interval '1 day', now() + interval '1 day', started_at,
      CASE WHEN status = 'CANCELLED' THEN 'CANCELLED' ELSE 'FAILED' END::attempt_status, now()
    FROM jobs WHERE attempt = 1 AND lease_token IS NULL`);
  await client.query(`INSERT INTO claims (worker_id, queue, job_ids, claimed_at)
    SELECT worker_id, queue, array_agg(id), started_at FROM jobs WHERE status = 'RUNNING' GROUP BY worker_id, queue, started_at`);
  await client.query(`INSERT INTO ready_jobs SELECT id, queue, priority FROM jobs WHERE status = 'PENDING'`);
  await client.query(
    'INSERT INTO job_counts SELECT queue, type, status, count(*) FROM jobs GROUP BY queue, type, status',
  );
  await client.query('VACUUM ANALYZE');
}
