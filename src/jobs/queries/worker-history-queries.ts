import { statement } from '../../platform/database/statement.js';

/** Adds to the current minute of workers; of unknown ones nothing is kept. By: WorkerMinutes, for all workers at once. Indexes: primary keys. */
export const addWorkerMinutes = statement(
  'add_worker_minutes',
  `INSERT INTO worker_minutes AS m (worker_id, at, succeeded, failed, busy_seconds)
  SELECT w.id, date_trunc('minute', now()), i.succeeded, i.failed, i.busy_seconds
  FROM unnest($1::uuid[], $2::int[], $3::int[], $4::real[]) AS i (worker_id, succeeded, failed, busy_seconds)
    JOIN workers w ON w.id = i.worker_id
  ORDER BY w.id
  ON CONFLICT (worker_id, at) DO UPDATE
  SET succeeded = m.succeeded + EXCLUDED.succeeded, failed = m.failed + EXCLUDED.failed,
    busy_seconds = m.busy_seconds + EXCLUDED.busy_seconds`,
);

/** Notes which of the given attempts were lost, by whom. By: the reap, in its transaction. Index: primary key of past_attempts. */
export const noteLostAttempts = statement(
  'note_lost_attempts',
  `INSERT INTO worker_losses (worker_id, job_id, attempt_number, at)
  SELECT a.worker_id, a.job_id, a.attempt_number, a.finished_at
  FROM unnest($1::uuid[], $2::int[]) AS i (job_id, attempt)
    JOIN past_attempts a ON a.job_id = i.job_id AND a.attempt_number = i.attempt
  WHERE a.status = 'LOST'
  ON CONFLICT DO NOTHING`,
);

/** Forgets up to $1 minutes of over an hour ago. Index: worker_minutes_at. */
export const dropWorkerMinutes = statement(
  'drop_worker_minutes',
  `DELETE FROM worker_minutes WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM worker_minutes WHERE at < now() - interval '61 minutes' LIMIT $1 FOR UPDATE SKIP LOCKED
  ))`,
);

/** Forgets up to $1 losses of over a day ago. Index: worker_losses_at. */
export const dropWorkerLosses = statement(
  'drop_worker_losses',
  `DELETE FROM worker_losses WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM worker_losses WHERE at < now() - interval '1 day' LIMIT $1 FOR UPDATE SKIP LOCKED
  ))`,
);
