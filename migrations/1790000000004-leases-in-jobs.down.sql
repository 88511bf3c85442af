CREATE TABLE poll_answers (
  poll_id uuid PRIMARY KEY,
  worker_id uuid NOT NULL,
  job_ids uuid[] NOT NULL,
  answered_at timestamptz NOT NULL
);
CREATE INDEX poll_answers_answered_at ON poll_answers (answered_at);
INSERT INTO poll_answers (poll_id, worker_id, job_ids, answered_at)
SELECT poll_id, (array_agg(worker_id))[1], array_agg(job_id), max(started_at) FROM live_leases WHERE poll_id IS NOT NULL GROUP BY poll_id;

DROP TRIGGER past_attempts_unchanging ON past_attempts;
DROP FUNCTION refuse_attempt_change;
ALTER TABLE past_attempts
  DROP CONSTRAINT past_attempts_status,
  ALTER COLUMN status SET DEFAULT 'RUNNING',
  ALTER COLUMN finished_at DROP NOT NULL,
  ADD COLUMN poll_id uuid;
ALTER TABLE past_attempts SET (fillfactor = 70);
INSERT INTO past_attempts (job_id, attempt_number, id, status, worker_id, lease_token, lease_expires_at, deadline_at, heard_at, progress,
  progress_message, started_at, finished_at, poll_id)
SELECT a.job_id, a.attempt_number, a.id, a.status, a.worker_id, a.lease_token, a.lease_expires_at, a.deadline_at, a.heard_at, a.progress,
  a.progress_message, a.started_at, a.finished_at, l.poll_id
FROM job_attempts a JOIN jobs j ON j.id = a.job_id AND j.attempt = a.attempt_number AND j.lease_token = a.lease_token
  LEFT JOIN live_leases l ON l.job_id = a.job_id
ON CONFLICT DO NOTHING;
DROP VIEW job_attempts, live_leases;
DROP TABLE claims;

ALTER TABLE past_attempts RENAME TO job_attempts;
ALTER INDEX past_attempts_pkey RENAME TO job_attempts_pkey;
ALTER TABLE job_attempts RENAME CONSTRAINT past_attempts_number TO job_attempts_number;
ALTER TABLE job_attempts
  ADD CONSTRAINT job_attempts_finished CHECK ((finished_at IS NOT NULL) = (status <> 'RUNNING'));
CREATE UNIQUE INDEX job_attempts_live ON job_attempts (job_id) WHERE finished_at IS NULL;
CREATE FUNCTION refuse_attempt_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'attempt % of job % has ended as %', OLD.attempt_number, OLD.job_id, OLD.status
    USING ERRCODE = 'check_violation', CONSTRAINT = 'job_attempts_transition';
END $$;
CREATE TRIGGER job_attempts_transition AFTER UPDATE ON job_attempts FOR EACH ROW WHEN (
  OLD.status <> 'RUNNING' OR NEW.job_id <> OLD.job_id OR NEW.attempt_number <> OLD.attempt_number OR NEW.lease_token <> OLD.lease_token
) EXECUTE FUNCTION refuse_attempt_change();

DROP TRIGGER jobs_transition ON jobs;
ALTER TABLE jobs
  DROP CONSTRAINT jobs_lease,
  DROP COLUMN attempt_id,
  DROP COLUMN lease_token,
  DROP COLUMN lease_expires_at,
  DROP COLUMN deadline_at,
  DROP COLUMN heard_at,
  DROP COLUMN progress,
  DROP COLUMN progress_message;
ALTER TABLE jobs SET (fillfactor = 50);
CREATE TRIGGER jobs_transition AFTER UPDATE ON jobs FOR EACH ROW WHEN (
  NEW.attempt <> OLD.attempt + (CASE WHEN OLD.status = 'PENDING' AND NEW.status = 'RUNNING' THEN 1 ELSE 0 END)
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
