import { statement } from '../../platform/database/statement.js';
import { CLOCK, durationBucket } from './fragments.js';

/** Between payloads: JSON text holds this character only escaped. */
export const PAYLOAD_SEPARATOR = '\x1e';

/**
 * PENDING -> RUNNING for the given jobs; answers the places, counted from one, of those that were claimed, and their payloads: a row for
 * all jobs that have the rest in common, which is much less to write and to read than one for each. By: the dispatcher. A job is passed
 * over when it is no longer PENDING or no longer in the queue where it was found, when somebody else works on its row just now (SKIP
 * LOCKED), its queue is paused, its worker is draining, or the poll it was meant for was superseded. Jobs of queues with a limit are
 * passed over too, unless $10 names their queue: then the caller has counted under that queue's lock. The lease is in the row of the job;
 * `claims` says where live ones are to be found. Polls come once each, and so do queues, in $12; $4 and $11 say which of them, counted
 * from one, a job is for and was found in. Indexes: primary keys of jobs and workers, queues_gated.
 */
export const claimJobs = statement(
  'claim_jobs',
  `WITH ${CLOCK},
  void AS MATERIALIZED (
    SELECT p.poll
    FROM unnest($5::uuid[], $6::uuid[], $7::boolean[]) WITH ORDINALITY AS p (worker_id, poll_id, is_parked, poll)
      LEFT JOIN workers w ON w.id = p.worker_id
    WHERE w.state IS DISTINCT FROM 'active' OR (p.is_parked AND w.current_poll_id IS DISTINCT FROM p.poll_id)
  ),
  locked AS MATERIALIZED (
    SELECT j.id, i.attempt_id, i.lease_token, i.poll, i.place
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $11::int[])
      WITH ORDINALITY AS i (job_id, attempt_id, lease_token, poll, queue, place)
      JOIN jobs j ON j.id = i.job_id
    WHERE j.status = 'PENDING' AND j.queue = ($12::text[])[i.queue]
      AND i.poll <> ALL (ARRAY(SELECT poll FROM void))
      AND j.queue <> ALL (ARRAY(
        SELECT name FROM queues
        WHERE (paused_at IS NOT NULL OR concurrency_limit IS NOT NULL)
          AND (paused_at IS NOT NULL OR name IS DISTINCT FROM $10::text)
      ))
    FOR NO KEY UPDATE OF j SKIP LOCKED
  ),
  claimed AS (
    UPDATE jobs j
    SET status = 'RUNNING', attempt = j.attempt + 1, worker_id = ($5::uuid[])[l.poll], attempt_id = l.attempt_id, lease_token = l.lease_token,
      lease_expires_at = clock.now + make_interval(secs => $8::float8),
      deadline_at = clock.now + make_interval(secs => j.timeout_seconds + $9::float8),
      started_at = clock.now, updated_at = clock.now
    FROM locked l, clock
    WHERE j.id = l.id
    RETURNING l.place, l.poll, j.id, j.type, j.queue, j.priority, j.attempt, j.payload, j.metadata, j.timeout_seconds, j.retry_count, j.max_retries,
      j.created_at, j.started_at, greatest(j.created_at, j.run_at) AS ready_at
  ),
  unreadied AS (DELETE FROM ready_jobs r USING claimed c WHERE r.id = c.id),
  noted AS (
    INSERT INTO claims (worker_id, queue, poll_id, job_ids, claimed_at)
    SELECT ($5::uuid[])[poll], queue, ($6::uuid[])[poll], array_agg(id), max(started_at) FROM claimed GROUP BY poll, queue
  ),
  counted AS (
    INSERT INTO job_deltas (queue, type, from_status, to_status, duration_bucket, n)
    SELECT queue, type, 'PENDING', 'RUNNING', bucket, count(*)
    FROM (SELECT queue, type, ${durationBucket('ready_at', 'started_at')} AS bucket FROM claimed) c
    GROUP BY queue, type, bucket
  )
  SELECT type, queue, priority, attempt, metadata::text AS metadata, timeout_seconds, retry_count, max_retries, created_at, started_at,
    string_agg(place::text, ',') AS places, string_agg(payload::text, chr(${PAYLOAD_SEPARATOR.charCodeAt(0)})) AS payloads
  FROM claimed
  GROUP BY type, queue, priority, attempt, claimed.metadata, timeout_seconds, retry_count, max_retries, created_at, started_at`,
);

/**
 * Those of the given jobs that are still PENDING, and whether their queue is why (paused, or at its limit). By: the dispatcher, for what
 * a claim passed over. Indexes: primary keys.
 */
export const findPending = statement(
  'find_pending',
  `SELECT j.id, j.queue, j.priority, q.name IS NOT NULL AS is_queue_gated
  FROM unnest($1::uuid[]) AS i (id)
    JOIN jobs j ON j.id = i.id
    LEFT JOIN queues q ON q.name = j.queue AND (q.paused_at IS NOT NULL OR q.concurrency_limit IS NOT NULL)
  WHERE j.status = 'PENDING'`,
);

/**
 * Ready jobs of the named queues, in order, at most $2 of each and $3 in all, locked for the rest of the transaction. By: the dispatcher
 * while Redis is not there, before `claimJobs`. SKIP LOCKED: what another orchestrator is about to claim is passed over. The limit
 * outside ends the loop over the queues, so no more is locked than is answered. Index: ready_jobs_order.
 */
export const lockReadyJobs = statement(
  'lock_ready_jobs',
  `SELECT ready.id, q.name AS queue
  FROM unnest($1::text[]) AS q (name)
  CROSS JOIN LATERAL (
    SELECT r.id FROM ready_jobs r
    WHERE r.queue = q.name
    ORDER BY r.priority DESC, r.id
    LIMIT $2
    FOR UPDATE SKIP LOCKED
  ) ready
  LIMIT $3`,
);

/**
 * Lets one claim at a time count and take the slots of a queue with a limit, for the rest of its transaction. By: the dispatcher. Tried,
 * not waited for: whoever comes second takes the queue for full and looks again a second later.
 */
export const tryQueueLimit = statement(
  'try_queue_limit',
  `SELECT pg_try_advisory_xact_lock(hashtextextended('queue limit ' || $1::text, 0)) AS taken`,
);

/** How many more jobs of a queue may run. By: the dispatcher, under `tryQueueLimit`. Indexes: claims_queue, primary key of jobs. */
export const freeSlotsOfQueue = statement(
  'free_slots_of_queue',
  `SELECT q.concurrency_limit - (
    SELECT count(*) FROM live_leases l WHERE l.queue = q.name
  ) AS free
  FROM queues q WHERE q.name = $1 AND q.concurrency_limit IS NOT NULL`,
);

/**
 * The leases, still held, that the answers to the given polls carried. By: the dispatcher, for each poll with an id, since it may be the
 * repeat of one whose answer got lost. Indexes: claims_worker_id, primary key of jobs.
 */
export const findPollAnswers = statement(
  'find_poll_answers',
  `SELECT l.poll_id, l.lease_token, j.id, j.type, j.queue, j.priority, j.attempt, j.payload::text AS payload, j.metadata::text AS metadata,
    j.timeout_seconds, j.retry_count, j.max_retries, j.created_at, j.started_at
  FROM unnest($1::uuid[], $2::uuid[]) AS i (poll_id, worker_id)
    CROSS JOIN LATERAL (
      SELECT poll_id, job_id, lease_token FROM live_leases WHERE worker_id = i.worker_id AND poll_id = i.poll_id OFFSET 0
    ) l
    JOIN jobs j ON j.id = l.job_id`,
);

/** Notes which poll of a worker waits: an older one, on another orchestrator, can claim no more. By: the dispatcher. */
export const noteParkedPolls = statement(
  'note_parked_polls',
  `UPDATE workers w SET current_poll_id = i.poll_id
  FROM unnest($1::uuid[], $2::uuid[]) AS i (worker_id, poll_id) WHERE w.id = i.worker_id`,
);
