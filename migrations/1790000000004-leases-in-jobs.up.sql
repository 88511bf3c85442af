-- The lease moves from a row of its own into the row of its job, where the attempt that succeeded stays, too. A job that simply works
-- then writes two versions of one row instead of four of two: measured, the claim and the end together cost a third less.
-- job_attempts becomes a view over all attempts; a row of their own have those that ended otherwise.
DROP TRIGGER job_attempts_transition ON job_attempts;
DROP FUNCTION refuse_attempt_change;

ALTER TABLE jobs
  ADD COLUMN attempt_id uuid,
  ADD COLUMN lease_token uuid,
  ADD COLUMN lease_expires_at timestamptz,
  ADD COLUMN deadline_at timestamptz,
  ADD COLUMN heard_at timestamptz,
  ADD COLUMN progress real,
  ADD COLUMN progress_message text;
-- The version that a claim writes is longer than the one before it: for a whole page of them to stay on their page, more must be free.
ALTER TABLE jobs SET (fillfactor = 40);

-- Which jobs were claimed together, for whom: one row for each answered poll and queue. Where live leases are found without an index
-- that every claim would have to touch. A job is live under a claim while it is RUNNING and has started then; the sweep deletes claims
-- that have no such job left.
CREATE TABLE claims (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  worker_id uuid NOT NULL,
  queue text NOT NULL,
  poll_id uuid,
  job_ids uuid[] NOT NULL,
  claimed_at timestamptz NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
-- Random bytes: to compress them is lost time.
ALTER TABLE claims ALTER COLUMN job_ids SET STORAGE EXTERNAL;
CREATE INDEX claims_worker_id ON claims (worker_id);
CREATE INDEX claims_queue ON claims (queue);

INSERT INTO claims (worker_id, queue, poll_id, job_ids, claimed_at)
SELECT a.worker_id, j.queue, a.poll_id, ARRAY[a.job_id], j.started_at
FROM job_attempts a JOIN jobs j ON j.id = a.job_id
WHERE a.finished_at IS NULL;
UPDATE jobs j
SET attempt_id = a.id, lease_token = a.lease_token, lease_expires_at = a.lease_expires_at, deadline_at = a.deadline_at,
  heard_at = a.heard_at, progress = a.progress, progress_message = a.progress_message
FROM job_attempts a
WHERE a.finished_at IS NULL AND j.id = a.job_id;
DELETE FROM job_attempts WHERE finished_at IS NULL;
DROP TABLE poll_answers;

-- What succeeded before this migration keeps its row among the past attempts.
ALTER TABLE jobs ADD CONSTRAINT jobs_lease CHECK (
  CASE status
    WHEN 'RUNNING' THEN num_nulls(attempt_id, worker_id, lease_token, lease_expires_at, deadline_at, started_at) = 0
    WHEN 'SUCCESS' THEN true
    ELSE lease_token IS NULL
  END
);

DROP INDEX job_attempts_live;
ALTER TABLE job_attempts RENAME TO past_attempts;
ALTER INDEX job_attempts_pkey RENAME TO past_attempts_pkey;
ALTER TABLE past_attempts RENAME CONSTRAINT job_attempts_number TO past_attempts_number;
ALTER TABLE past_attempts
  DROP CONSTRAINT job_attempts_finished,
  ADD CONSTRAINT past_attempts_status CHECK (status <> 'RUNNING'),
  ALTER COLUMN status DROP DEFAULT,
  ALTER COLUMN finished_at SET NOT NULL,
  DROP COLUMN poll_id;
ALTER TABLE past_attempts SET (fillfactor = 100);

CREATE FUNCTION refuse_attempt_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'attempt % of job % has ended as %', OLD.attempt_number, OLD.job_id, OLD.status
    USING ERRCODE = 'check_violation', CONSTRAINT = 'past_attempts_unchanging';
END $$;
CREATE TRIGGER past_attempts_unchanging BEFORE UPDATE ON past_attempts FOR EACH ROW EXECUTE FUNCTION refuse_attempt_change();

-- Every attempt there ever was, wherever it is kept.
CREATE VIEW job_attempts AS
SELECT job_id, attempt_number, id, status, worker_id, lease_token, lease_expires_at, deadline_at, heard_at, progress, progress_message,
  error, error_type, error_stack, started_at, finished_at
FROM past_attempts
UNION ALL
SELECT id, attempt, attempt_id, CASE status WHEN 'RUNNING' THEN 'RUNNING'::attempt_status ELSE 'SUCCESS'::attempt_status END, worker_id,
  lease_token, lease_expires_at, deadline_at, heard_at, progress, progress_message,
  NULL::text, NULL::text, NULL::text, started_at, finished_at
FROM jobs WHERE lease_token IS NOT NULL;

-- The attempts that run now. OFFSET 0 keeps the planner from anything but a look at each job by its key.
CREATE VIEW live_leases AS
SELECT c.id AS claim_id, c.worker_id, c.queue, c.poll_id, job.*
FROM claims c CROSS JOIN LATERAL (
  SELECT j.id AS job_id, j.attempt, j.type, j.lease_token, j.lease_expires_at, j.deadline_at, j.started_at, j.progress, j.cancel_requested_at
  FROM jobs j
  WHERE j.id = ANY (c.job_ids) AND j.status = 'RUNNING' AND j.started_at = c.claimed_at
  OFFSET 0
) job;

-- As before; and a lease is never handed to somebody else while its attempt lasts.
DROP TRIGGER jobs_transition ON jobs;
CREATE TRIGGER jobs_transition AFTER UPDATE ON jobs FOR EACH ROW WHEN (
  NEW.attempt <> OLD.attempt + (CASE WHEN OLD.status = 'PENDING' AND NEW.status = 'RUNNING' THEN 1 ELSE 0 END)
  OR NEW.lease_token <> OLD.lease_token
  OR (
    OLD.status <> NEW.status
    AND NOT CASE OLD.status
      WHEN 'PENDING' THEN NEW.status IN ('RUNNING', 'CANCELLED')
      WHEN 'RUNNING' THEN NEW.status IN ('SUCCESS', 'RETRYING', 'FAILED', 'DEAD', 'PENDING', 'CANCELLED')
      WHEN 'SCHEDULED' THEN NEW.status IN ('PENDING', 'CANCELLED')
      WHEN 'RETRYING' THEN NEW.status IN ('PENDING', 'CANCELLED')
      WHEN 'FAILED' THEN NEW.status = 'PENDING'
      WHEN 'DEAD' THEN NEW.status = 'PENDING'
      WHEN 'CANCELLED' THEN NEW.status = 'PENDING'
      ELSE false
    END
  )
) EXECUTE FUNCTION refuse_job_change();
