/** A query that must return no row after any run, once the system is quiet. */
export interface Invariant {
  name: string;
  sql: string;
}

const TERMINAL = `('SUCCESS', 'FAILED', 'DEAD', 'CANCELLED')`;

/** The promises to the outside, judged by what producers and handlers wrote down. */
const PROMISES: Invariant[] = [
  {
    name: 'an acknowledged job is lost',
    sql: `SELECT a.id, a.key FROM chaos.acknowledged a LEFT JOIN jobs j ON j.id = a.id WHERE j.id IS NULL`,
  },
  {
    name: 'a job was found that nobody submitted',
    sql: `SELECT j.id FROM jobs j LEFT JOIN chaos.submitted s ON s.key = j.idempotency_key WHERE s.key IS NULL`,
  },
  {
    name: 'an idempotency key was answered with two ids',
    sql: `SELECT key FROM chaos.acknowledged GROUP BY key HAVING count(DISTINCT id) > 1`,
  },
  {
    name: 'an idempotency key was answered with the id of another job',
    sql: `SELECT a.key FROM chaos.acknowledged a JOIN jobs j ON j.id = a.id WHERE j.idempotency_key <> a.key`,
  },
  {
    name: 'the accepted result is not that of the attempt it was accepted for (a stale report was accepted)',
    sql: `SELECT id, attempt, result FROM jobs
      WHERE status = 'SUCCESS' AND (result ->> 'attempt')::int IS DISTINCT FROM attempt`,
  },
  {
    name: 'the accepted failure is not that of the attempt it was accepted for',
    sql: `SELECT job_id, attempt_number, error FROM job_attempts
      WHERE status = 'FAILED' AND error ~ '^attempt \\d+$' AND error <> 'attempt ' || attempt_number`,
  },
  {
    name: 'a job is SUCCESS without an effect of that attempt in the handlers own log',
    sql: `SELECT j.id, j.attempt FROM jobs j
      WHERE j.status = 'SUCCESS' AND NOT EXISTS (
        SELECT FROM chaos.executions e WHERE e.job_id = j.id AND e.attempt = j.attempt AND e.ended_at_ms IS NOT NULL)`,
  },
  {
    name: 'one attempt was executed twice',
    sql: `SELECT job_id, attempt FROM chaos.executions GROUP BY job_id, attempt HAVING count(*) > 1`,
  },
  {
    name: 'an execution had no attempt',
    sql: `SELECT e.job_id, e.attempt FROM chaos.executions e
      LEFT JOIN job_attempts a ON a.job_id = e.job_id AND a.attempt_number = e.attempt
      WHERE a.job_id IS NULL`,
  },
];

/** The consistency of the tables themselves. */
const TABLES: Invariant[] = [
  {
    name: 'RUNNING without a live attempt of the same number',
    sql: `SELECT j.id FROM jobs j
      LEFT JOIN job_attempts a ON a.job_id = j.id AND a.attempt_number = j.attempt AND a.status = 'RUNNING'
      WHERE j.status = 'RUNNING' AND a.job_id IS NULL`,
  },
  {
    name: 'a RUNNING attempt on a job that is not RUNNING with that attempt',
    sql: `SELECT a.job_id, a.attempt_number FROM job_attempts a LEFT JOIN jobs j ON j.id = a.job_id
      WHERE a.status = 'RUNNING' AND (j.status IS DISTINCT FROM 'RUNNING' OR j.attempt <> a.attempt_number)`,
  },
  {
    name: 'two RUNNING attempts of one job',
    sql: `SELECT job_id FROM job_attempts WHERE status = 'RUNNING' GROUP BY job_id HAVING count(*) > 1`,
  },
  {
    name: 'the number of attempts differs from the highest, or from that of the job',
    sql: `SELECT j.id, j.attempt, count(a.job_id), max(a.attempt_number)
      FROM jobs j LEFT JOIN job_attempts a ON a.job_id = j.id
      GROUP BY j.id HAVING count(a.job_id) <> j.attempt OR coalesce(max(a.attempt_number), 0) <> j.attempt`,
  },
  {
    name: 'SUCCESS without exactly one SUCCESS attempt, the highest; or such an attempt without it',
    sql: `SELECT j.id, j.status FROM jobs j LEFT JOIN job_attempts a ON a.job_id = j.id AND a.status = 'SUCCESS'
      GROUP BY j.id
      HAVING (j.status = 'SUCCESS') <> (count(a.job_id) = 1 AND max(a.attempt_number) = j.attempt) OR count(a.job_id) > 1`,
  },
  {
    name: 'finished_at on a live job, or missing on an ended one',
    sql: `SELECT id, status FROM jobs WHERE (finished_at IS NOT NULL) <> (status IN ${TERMINAL})`,
  },
  {
    name: 'a budget is overdrawn',
    sql: `SELECT id FROM jobs WHERE retry_count > max_retries OR lost_count > max_lost OR undelivered_count > 10`,
  },
  {
    name: 'a budget does not match the attempts charged to it',
    sql: `SELECT j.id, j.retry_count, j.lost_count FROM jobs j LEFT JOIN job_attempts a ON a.job_id = j.id
      WHERE j.status NOT IN ('CANCELLED', 'FAILED')
      GROUP BY j.id
      HAVING j.retry_count <> least(j.max_retries, count(*) FILTER (WHERE a.status IN ('FAILED', 'TIMED_OUT')))
        OR j.lost_count <> least(j.max_lost, count(*) FILTER (WHERE a.status = 'LOST'))`,
  },
  {
    name: 'DEAD with all budgets left',
    sql: `SELECT id FROM jobs
      WHERE status = 'DEAD' AND retry_count < max_retries AND lost_count < max_lost AND undelivered_count < 10`,
  },
  {
    name: 'an attempt started before the one before it had ended',
    sql: `SELECT a.job_id, a.attempt_number FROM job_attempts a
      JOIN job_attempts b ON b.job_id = a.job_id AND b.attempt_number = a.attempt_number - 1
      WHERE b.finished_at IS NULL OR a.started_at < b.finished_at`,
  },
  {
    name: 'a retry started before its time',
    sql: `SELECT a.job_id, a.attempt_number FROM job_attempts a
      JOIN job_attempts b ON b.job_id = a.job_id AND b.attempt_number = a.attempt_number - 1
      JOIN jobs j ON j.id = a.job_id
      WHERE b.status IN ('FAILED', 'TIMED_OUT') AND j.backoff ->> 'kind' = 'fixed'
        AND a.started_at < b.finished_at + make_interval(secs => (j.backoff ->> 'base_seconds')::float8)`,
  },
  {
    name: 'an ended job changed without an audit row',
    sql: `SELECT c.job_id, c.was, c.became FROM chaos.late_changes c
      WHERE NOT EXISTS (SELECT FROM job_events e WHERE e.job_id = c.job_id AND e.at >= c.at - interval '1 minute')`,
  },
  {
    name: 'a waiting job is overdue although the system is quiet',
    sql: `SELECT id, status FROM jobs
      WHERE status = 'PENDING' OR (status IN ('SCHEDULED', 'RETRYING') AND wait_until < clock_timestamp() - interval '2 seconds')`,
  },
  {
    name: 'RUNNING although the system is quiet and its lease has expired',
    sql: `SELECT j.id FROM jobs j JOIN job_attempts a ON a.job_id = j.id AND a.status = 'RUNNING'
      WHERE a.lease_expires_at < clock_timestamp() - interval '5 seconds'`,
  },
  {
    name: 'a PENDING job is not among the ready ones, or another job is',
    sql: `SELECT id, j.status FROM (SELECT * FROM jobs WHERE status = 'PENDING') j FULL JOIN ready_jobs r USING (id, queue, priority)
      WHERE j.status IS NULL OR r IS NULL`,
  },
  {
    name: 'a job runs under no claim: nobody would see its lease expire',
    sql: `SELECT id FROM jobs WHERE status = 'RUNNING' AND id NOT IN (SELECT job_id FROM live_leases)`,
  },
  {
    name: 'the counters differ from the jobs',
    sql: `SELECT status, n, found FROM (
        SELECT status, sum(n) AS n FROM (
          SELECT status, n FROM job_counts
          UNION ALL SELECT to_status, n FROM job_deltas WHERE to_status IS NOT NULL
          UNION ALL SELECT from_status, -n FROM job_deltas WHERE from_status IS NOT NULL
        ) moved GROUP BY status
      ) counted
      FULL JOIN (SELECT status, count(*) AS found FROM jobs GROUP BY status) held USING (status)
      WHERE coalesce(n, 0) <> coalesce(found, 0)`,
  },
];

export const INVARIANTS: readonly Invariant[] = [...PROMISES, ...TABLES];

/** The most leases that one job had at any one time, by the database's own clock. Ends count before starts of the same instant. */
export const MOST_LIVE_LEASES = `
  SELECT coalesce(max(live), 0)::int AS most FROM (
    SELECT sum(change) OVER (PARTITION BY job_id ORDER BY at, change) AS live FROM (
      SELECT job_id, started_at AS at, 1 AS change FROM job_attempts
      UNION ALL SELECT job_id, coalesce(finished_at, 'infinity'), -1 FROM job_attempts
    ) changes
  ) counts`;
