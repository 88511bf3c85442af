import { statement } from '../../platform/database/statement.js';

/** Names of queues with ready jobs after $1, by a loose scan of the ready index: its cost is the number of queues, not of jobs. */
export const findActiveQueues = statement(
  'find_active_queues',
  `WITH RECURSIVE active (queue) AS (
    (SELECT queue FROM ready_jobs WHERE queue > $1 ORDER BY queue LIMIT 1)
    UNION ALL
    SELECT (
      SELECT r.queue FROM ready_jobs r WHERE r.queue > active.queue ORDER BY r.queue LIMIT 1
    )
    FROM active WHERE active.queue IS NOT NULL
  )
  SELECT queue FROM active WHERE queue IS NOT NULL LIMIT $2`,
);

/**
 * Ready jobs of a queue after a place in it, in order. By: the repair of Redis. In two halves, so that each begins where the last page
 * ended: as one condition with OR, every page would walk over all the jobs of the same priority that came before. Equality in two halves,
 * too: the order is then one that only the index ready_jobs_order has, and no plan walks over the jobs of other queues instead.
 */
export const findReadyJobs = statement(
  'find_ready_jobs',
  `SELECT id, queue, priority FROM (
    (${readyJobs('priority <= $2 AND priority >= $2 AND id > $3')})
    UNION ALL
    (${readyJobs('priority < $2')})
  ) ready
  ORDER BY priority DESC, id LIMIT $4`,
);

function readyJobs(place: string): string {
  return `SELECT id, queue, priority FROM ready_jobs
    WHERE queue = $1 AND ${place}
    ORDER BY priority DESC, id LIMIT $4`;
}

/** How many jobs are ready, up to a limit. By: the drift gauge. */
export const countReadyJobs = statement(
  'count_ready_jobs',
  `SELECT count(*) AS n FROM (SELECT FROM ready_jobs LIMIT $1) ready`,
);
