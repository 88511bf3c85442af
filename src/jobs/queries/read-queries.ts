import { statement } from '../../platform/database/statement.js';

const JOB_COLUMNS = `j.id, j.type, j.queue, j.status, j.priority, j.attempt, j.retry_count, j.max_retries, j.lost_count, j.max_lost,
    j.timeout_seconds, j.run_at, j.worker_id, j.error, j.error_fingerprint, j.dead_reason, j.tags, j.cancel_requested_at, j.created_at, j.started_at,
    j.finished_at, j.updated_at, j.payload::text AS payload, j.result::text AS result, j.backoff, j.metadata::text AS metadata,
    j.idempotency_key`;

/** One job in full. By: people and callers. Index: primary key. */
export const findJob = statement('find_job', `SELECT ${JOB_COLUMNS} FROM jobs j WHERE j.id = $1`);

const ATTEMPT_COLUMNS = `id, job_id, attempt_number, status, error, error_type, error_stack, worker_id, progress, progress_message,
    started_at, finished_at`;

/** The attempts of a job, from the one after $2 on. By: people and callers. Indexes: primary keys of past_attempts and jobs. */
export const findAttempts = statement(
  'find_attempts',
  `SELECT ${ATTEMPT_COLUMNS} FROM job_attempts WHERE job_id = $1 AND attempt_number > $2 ORDER BY attempt_number LIMIT $3`,
);

/** The latest attempt of a job. By: people and callers. Indexes: as above. */
export const findLatestAttempt = statement(
  'find_latest_attempt',
  `SELECT ${ATTEMPT_COLUMNS} FROM job_attempts WHERE job_id = $1 ORDER BY attempt_number DESC LIMIT 1`,
);
