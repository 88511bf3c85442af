import { statement } from '../../platform/database/statement.js';

/**
 * The lease of a running attempt, locked so that it cannot end nor take lines of another call meanwhile. By: POST /jobs/{id}/logs.
 * Index: primary key.
 */
export const lockLoggingAttempt = statement(
  'lock_logging_attempt',
  `SELECT attempt FROM jobs
  WHERE id = $1 AND attempt = $2 AND lease_token = $3 AND worker_id = $4 AND status = 'RUNNING'
  FOR NO KEY UPDATE`,
);

/**
 * Lines behind those that the attempt has, up to $6 in all. A statement of its own, after the lock: it must see what whoever held the
 * lock before has written. Index: primary key.
 */
export const appendLogLines = statement(
  'append_log_lines',
  `WITH stored AS (SELECT coalesce(max(line), 0) AS line FROM job_logs WHERE job_id = $1 AND attempt_number = $2),
  appended AS (
    INSERT INTO job_logs (job_id, attempt_number, line, level, message, at)
    SELECT $1, $2, stored.line + l.n, l.level, l.message, coalesce(l.at, clock_timestamp())
    FROM unnest($3::text[], $4::text[], $5::timestamptz[]) WITH ORDINALITY AS l (level, message, at, n), stored
    WHERE stored.line + l.n <= $6
    RETURNING line
  )
  SELECT count(*) AS accepted, (SELECT line FROM stored) + count(*) >= $6 AS is_full FROM appended`,
);

/** Lines of a job behind line $3 of attempt $2, of one attempt ($4) if given. By: GET /jobs/{id}/logs. Index: primary key. */
export const listLogLines = statement(
  'list_log_lines',
  `SELECT attempt_number AS attempt, line, level, message, at FROM job_logs
  WHERE job_id = $1 AND (attempt_number, line) > ($2::int, $3::int) AND ($4::int IS NULL OR attempt_number = $4)
  ORDER BY attempt_number, line LIMIT $5`,
);

export const jobExists = statement('job_exists', 'SELECT EXISTS (SELECT FROM jobs WHERE id = $1) AS exists');
