import { statement } from '../../platform/database/statement.js';

/*
 * A bulk action is planned once (its set of jobs is frozen in chunks), then run chunk after chunk by whichever orchestrator holds its
 * lease, which is `touched_at`. `next_chunk` is the fence: of two runners, only one gets to count a chunk.
 */

const ACTION =
  'token, action, queue, priority, state, actor, total, by_status, sample, next_chunk, done, skipped, skips, created_at, finished_at';

export const insertAction = statement(
  'insert_action',
  `INSERT INTO job_actions (token, action, queue, priority, state, actor, total, by_status, sample)
  VALUES ($1, $2, $3, $4, 'planned', $5, $6, $7, $8) RETURNING ${ACTION}`,
);

export const insertActionChunk = statement(
  'insert_action_chunk',
  'INSERT INTO job_action_chunks (token, chunk, job_ids) VALUES ($1, $2, $3)',
);

/** The given jobs that exist, in order. By: plans over ids; runs, for why jobs were skipped. Index: primary key. */
export const findActionJobs = statement(
  'find_action_jobs',
  'SELECT id, status FROM jobs WHERE id = ANY ($1::uuid[]) ORDER BY id DESC',
);

export const findAction = statement('find_action', `SELECT ${ACTION} FROM job_actions WHERE token = $1`);

/** planned -> running, free for any runner to take. */
export const startAction = statement(
  'start_action',
  `UPDATE job_actions SET state = 'running', actor = $2, touched_at = '-infinity' WHERE token = $1 AND state = 'planned' RETURNING ${ACTION}`,
);

/** planned or running -> aborted. The chunk that is being done just now is still finished. */
export const abortAction = statement(
  'abort_action',
  `UPDATE job_actions SET state = 'aborted', finished_at = clock_timestamp() WHERE token = $1 AND state IN ('planned', 'running') RETURNING ${ACTION}`,
);

/** The oldest action that runs and that nobody has touched for $1 seconds. The table is small: no index but its key. */
export const takeAction = statement(
  'take_action',
  `UPDATE job_actions SET touched_at = clock_timestamp() WHERE token = (
    SELECT token FROM job_actions WHERE state = 'running' AND touched_at < clock_timestamp() - make_interval(secs => $1)
    ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED
  ) RETURNING ${ACTION}`,
);

export const findActionChunk = statement(
  'find_action_chunk',
  'SELECT job_ids::text[] AS job_ids FROM job_action_chunks WHERE token = $1 AND chunk = $2',
);

/** Counts chunk $2 as done, and the action as done with its last chunk; no row when another runner did, or it was aborted. */
export const countActionChunk = statement(
  'count_action_chunk',
  `UPDATE job_actions SET next_chunk = next_chunk + 1, done = done + $3, skipped = skipped + $4, skips = skips || $5::jsonb, touched_at = clock_timestamp(),
    state = CASE WHEN done + $3 + skipped + $4 >= total THEN 'done' ELSE state END,
    finished_at = CASE WHEN done + $3 + skipped + $4 >= total THEN clock_timestamp() END
  WHERE token = $1 AND next_chunk = $2 AND state = 'running'
  RETURNING ${ACTION}`,
);

/** Counts what was done of a chunk while the action was aborted. */
export const countAbortedChunk = statement(
  'count_aborted_chunk',
  `UPDATE job_actions SET next_chunk = next_chunk + 1, done = done + $3, skipped = skipped + $4, skips = skips || $5::jsonb
  WHERE token = $1 AND next_chunk = $2 AND state = 'aborted'`,
);

/** Lets go of an action, so that another runner takes it at once. */
export const releaseAction = statement(
  'release_action',
  `UPDATE job_actions SET touched_at = '-infinity' WHERE token = $1 AND state = 'running'`,
);

/** Deletes one plan that was not run within $1 seconds, or action that ended $2 seconds ago. */
export const dropOldAction = statement(
  'drop_old_action',
  `DELETE FROM job_actions WHERE token = (
    SELECT token FROM job_actions
    WHERE (state = 'planned' AND created_at < now() - make_interval(secs => $1)) OR finished_at < now() - make_interval(secs => $2)
    ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED
  )`,
);
