import { statement } from '../../platform/database/statement.js';

/**
 * All that decides whether and when a job runs. By: GET /jobs/{id}/explain. Indexes: primary keys; ready_jobs_order for its place in the
 * queue, at most $2 jobs of it; claims_queue for who holds the queue's limit, at most $3 of them.
 */
export const explainJob = statement(
  'explain_job',
  `SELECT j.status, j.queue, j.type, j.attempt, j.run_at, j.wait_until, j.started_at, j.finished_at, j.error, j.dead_reason,
    j.cancel_requested_at, j.worker_id, j.retry_count, j.max_retries,
    ceil(extract(epoch FROM j.wait_until - clock_timestamp()))::float8 AS wait_seconds,
    q.paused_at, q.concurrency_limit,
    CASE WHEN q.concurrency_limit IS NOT NULL THEN ARRAY(
      SELECT l.job_id::text FROM live_leases l WHERE l.queue = j.queue LIMIT $3
    ) END AS holders,
    CASE WHEN j.status IN ('PENDING', 'SCHEDULED', 'RETRYING') THEN (
      SELECT jsonb_build_object('online', count(*) FILTER (WHERE w.status = 'ONLINE'), 'active', count(*) FILTER (WHERE w.status = 'ONLINE' AND w.state = 'active'))
      FROM workers w WHERE w.queues && ARRAY['*', j.queue]
    ) END AS serving,
    CASE WHEN j.status = 'PENDING' THEN (
      SELECT count(*) FROM (
        SELECT FROM ready_jobs o WHERE o.queue = j.queue
          AND o.priority >= j.priority AND (o.priority > j.priority OR o.id < j.id)
        ORDER BY o.priority DESC, o.id LIMIT $2
      ) ahead
    ) END AS ahead
  FROM jobs j LEFT JOIN queues q ON q.name = j.queue
  WHERE j.id = $1`,
);

/** The audit trail of a job, oldest first; it outlives the job. By: GET /jobs/{id}/events. Index: job_events_job_id. */
export const listJobEvents = statement(
  'list_job_events',
  `SELECT id::text, action, actor, detail, at FROM (
    SELECT id, action, actor, detail, at FROM job_events WHERE job_id = $1 ORDER BY id DESC LIMIT $2
  ) latest ORDER BY latest.id`,
);
