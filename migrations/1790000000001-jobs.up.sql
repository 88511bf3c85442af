CREATE TYPE job_status AS ENUM ('SCHEDULED', 'PENDING', 'RUNNING', 'RETRYING', 'SUCCESS', 'FAILED', 'DEAD', 'CANCELLED');
CREATE TYPE attempt_status AS ENUM ('RUNNING', 'SUCCESS', 'FAILED', 'TIMED_OUT', 'LOST', 'RELEASED', 'CANCELLED');

-- Half of each page stays free, so that a claim (which changes no indexed column) stays on its page: a HOT update, no index touched.
CREATE TABLE jobs (
  id uuid PRIMARY KEY,
  queue text NOT NULL,
  type text NOT NULL,
  payload jsonb NOT NULL DEFAULT 'null',
  status job_status NOT NULL,
  priority smallint NOT NULL DEFAULT 0,
  attempt int NOT NULL DEFAULT 0,
  retry_count int NOT NULL DEFAULT 0,
  max_retries int NOT NULL DEFAULT 3,
  lost_count int NOT NULL DEFAULT 0,
  max_lost int NOT NULL DEFAULT 3,
  undelivered_count int NOT NULL DEFAULT 0,
  timeout_seconds int NOT NULL DEFAULT 30,
  backoff jsonb,
  run_at timestamptz,
  wait_until timestamptz,
  worker_id uuid,
  error text,
  error_fingerprint text,
  dead_reason text,
  result jsonb,
  idempotency_key text,
  request_hash bytea,
  tags text[] NOT NULL DEFAULT '{}',
  metadata jsonb NOT NULL DEFAULT '{}',
  cancel_requested_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  started_at timestamptz,
  finished_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- The statuses that are listed through an index. PENDING, RUNNING and SUCCESS are not among them, so a job that simply works never
  -- touches that index. (A cast of an enum to text is not immutable; the CASE is.)
  side_status text GENERATED ALWAYS AS (
    CASE status
      WHEN 'SCHEDULED' THEN 'SCHEDULED'
      WHEN 'RETRYING' THEN 'RETRYING'
      WHEN 'FAILED' THEN 'FAILED'
      WHEN 'DEAD' THEN 'DEAD'
      WHEN 'CANCELLED' THEN 'CANCELLED'
    END
  ) STORED,
  CONSTRAINT jobs_finished CHECK ((finished_at IS NOT NULL) = (status IN ('SUCCESS', 'FAILED', 'DEAD', 'CANCELLED'))),
  CONSTRAINT jobs_waiting CHECK ((wait_until IS NOT NULL) = (status IN ('SCHEDULED', 'RETRYING'))),
  CONSTRAINT jobs_retries CHECK (retry_count BETWEEN 0 AND max_retries),
  CONSTRAINT jobs_lost CHECK (lost_count BETWEEN 0 AND max_lost),
  CONSTRAINT jobs_undelivered CHECK (undelivered_count BETWEEN 0 AND 10),
  CONSTRAINT jobs_priority CHECK (priority BETWEEN -100 AND 100),
  CONSTRAINT jobs_dead CHECK (
    CASE WHEN status = 'DEAD'
      THEN (dead_reason = 'retries_exhausted' AND retry_count = max_retries)
        OR (dead_reason = 'poison' AND (lost_count = max_lost OR undelivered_count = 10))
      ELSE dead_reason IS NULL
    END
  )
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.2, autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);

-- No index names a column that a claim changes (status, attempt, worker_id, started_at, updated_at).
CREATE INDEX jobs_ready ON jobs (queue, priority DESC, id) WHERE finished_at IS NULL AND wait_until IS NULL;
CREATE INDEX jobs_ready_created ON jobs (id) WHERE finished_at IS NULL AND wait_until IS NULL;
CREATE INDEX jobs_due ON jobs (wait_until) WHERE wait_until IS NOT NULL;
CREATE INDEX jobs_side_status ON jobs (side_status, id) WHERE side_status IS NOT NULL;
CREATE INDEX jobs_type ON jobs (type, id);
-- A queue is named like its type unless the caller says otherwise; only those others need an index of their own.
CREATE INDEX jobs_queue ON jobs (queue, id) WHERE queue <> type;
CREATE INDEX jobs_error ON jobs (error_fingerprint, id) WHERE error_fingerprint IS NOT NULL;
CREATE INDEX jobs_tags ON jobs USING gin (tags) WHERE tags <> '{}';
CREATE UNIQUE INDEX jobs_idempotency_key ON jobs (idempotency_key) WHERE idempotency_key IS NOT NULL;

-- One row per attempt. While it is RUNNING the row is the lease. No foreign key and no index on id: measured, each costs a fifth of the
-- throughput; the claim inserts attempts only for rows that it has locked, and a delete takes both.
CREATE TABLE job_attempts (
  job_id uuid NOT NULL,
  attempt_number int NOT NULL,
  id uuid NOT NULL,
  status attempt_status NOT NULL DEFAULT 'RUNNING',
  worker_id uuid NOT NULL,
  lease_token uuid NOT NULL,
  lease_expires_at timestamptz NOT NULL,
  deadline_at timestamptz NOT NULL,
  poll_id uuid,
  heard_at timestamptz,
  progress real,
  progress_message text,
  error text,
  error_type text,
  error_stack text,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (job_id, attempt_number),
  CONSTRAINT job_attempts_finished CHECK ((finished_at IS NOT NULL) = (status <> 'RUNNING')),
  CONSTRAINT job_attempts_number CHECK (attempt_number > 0)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.2, autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);

-- Refuses a second live lease of one job, and is where the sweeps look for expired ones. lease_expires_at is in no index: renewals stay HOT.
CREATE UNIQUE INDEX job_attempts_live ON job_attempts (job_id) WHERE finished_at IS NULL;

CREATE TABLE workers (
  id uuid PRIMARY KEY,
  hostname text NOT NULL,
  status text NOT NULL CHECK (status IN ('ONLINE', 'OFFLINE')),
  last_heartbeat timestamptz NOT NULL,
  name text,
  queues text[] NOT NULL DEFAULT '{*}',
  concurrency int NOT NULL DEFAULT 1,
  version text,
  labels jsonb NOT NULL DEFAULT '{}',
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'draining')),
  current_poll_id uuid,
  registered_at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- What each answered poll carried, so that a repeat of the poll answers the same leases. Swept after a minute.
CREATE TABLE poll_answers (
  poll_id uuid PRIMARY KEY,
  worker_id uuid NOT NULL,
  job_ids uuid[] NOT NULL,
  answered_at timestamptz NOT NULL
);
CREATE INDEX poll_answers_answered_at ON poll_answers (answered_at);

CREATE TABLE queues (
  name text PRIMARY KEY,
  paused_at timestamptz,
  concurrency_limit int CHECK (concurrency_limit > 0)
);
-- The few queues that a claim must pass over.
CREATE INDEX queues_gated ON queues (name) WHERE paused_at IS NOT NULL OR concurrency_limit IS NOT NULL;

-- One row that all orchestrators share: when a sweep last looked at the leases, and until when none may be called expired.
CREATE TABLE sweep_clock (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  last_ok_at timestamptz NOT NULL,
  hold_until timestamptz NOT NULL,
  silent_since timestamptz
) WITH (fillfactor = 10);
INSERT INTO sweep_clock (last_ok_at, hold_until) VALUES ('-infinity', '-infinity');

-- Who did what to a job, written in the transaction that did it.
CREATE TABLE job_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id uuid NOT NULL,
  action text NOT NULL,
  actor text,
  detail text,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX job_events_job_id ON job_events (job_id, id);

CREATE TABLE job_logs (
  job_id uuid NOT NULL,
  attempt_number int NOT NULL,
  line int NOT NULL,
  level text NOT NULL,
  message text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (job_id, attempt_number, line)
);

-- Counters: the statement that changes jobs appends what it changed; a sweep folds that into the totals. No shared row on the hot path.
CREATE TABLE job_deltas (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  queue text NOT NULL,
  type text NOT NULL,
  from_status job_status,
  to_status job_status,
  duration_bucket smallint,
  n int NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

CREATE TABLE job_counts (
  queue text NOT NULL,
  type text NOT NULL,
  status job_status NOT NULL,
  n bigint NOT NULL,
  PRIMARY KEY (queue, type, status)
) WITH (fillfactor = 50);

-- History for charts: how many jobs did what, per stretch of 15 s, a minute or 15 minutes; each length is kept only as long as some chart
-- shows it. Scope: all jobs (name ''), one queue, or one type. run_time and wait_time are histograms: duration_bucket is
-- floor(4 * log2(ms)); backlog is the change of the number of PENDING jobs. A chart reads one contiguous range per metric.
CREATE TABLE job_buckets (
  seconds smallint NOT NULL CHECK (seconds IN (15, 60, 900)),
  scope text NOT NULL CHECK (scope IN ('all', 'queue', 'type')),
  name text NOT NULL,
  metric text NOT NULL,
  at timestamptz NOT NULL,
  duration_bucket smallint NOT NULL DEFAULT -1,
  n bigint NOT NULL,
  PRIMARY KEY (seconds, scope, name, metric, at, duration_bucket)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX job_buckets_at ON job_buckets (seconds, at);

CREATE TABLE error_deltas (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fingerprint text NOT NULL,
  type text NOT NULL,
  error_type text,
  message text NOT NULL,
  job_id uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

CREATE TABLE error_groups (
  fingerprint text PRIMARY KEY,
  type text NOT NULL,
  error_type text,
  message text NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'muted', 'resolved')),
  state_changed_at timestamptz NOT NULL,
  queues text[] NOT NULL,
  sample_job_id uuid NOT NULL,
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX error_groups_last_seen_at ON error_groups (last_seen_at);

-- Failed attempts per group, as job_buckets.
CREATE TABLE error_buckets (
  seconds smallint NOT NULL CHECK (seconds IN (15, 60, 900)),
  fingerprint text NOT NULL,
  at timestamptz NOT NULL,
  n bigint NOT NULL,
  PRIMARY KEY (seconds, at, fingerprint)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- A bulk action: what it does, and how far it has come. touched_at is the lease of the orchestrator that runs it.
CREATE TABLE job_actions (
  token uuid PRIMARY KEY,
  action text NOT NULL CHECK (action IN ('retry', 'cancel', 'delete')),
  state text NOT NULL CHECK (state IN ('planned', 'running', 'done', 'aborted')),
  actor text,
  total int NOT NULL,
  by_status jsonb NOT NULL,
  sample uuid[] NOT NULL,
  next_chunk int NOT NULL DEFAULT 0,
  done int NOT NULL DEFAULT 0,
  skipped int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  touched_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz
) WITH (fillfactor = 50);

-- The frozen set of a bulk action, in pieces that are done one at a time.
CREATE TABLE job_action_chunks (
  token uuid NOT NULL REFERENCES job_actions (token) ON DELETE CASCADE,
  chunk int NOT NULL,
  job_ids uuid[] NOT NULL,
  PRIMARY KEY (token, chunk)
);

-- The state machine's table of edges (contract/job-state.ts), kept by the database itself. AFTER, with the rule in WHEN: a legal change
-- calls no function.
CREATE FUNCTION refuse_job_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'job % may not go from % (attempt %) to % (attempt %)', NEW.id, OLD.status, OLD.attempt, NEW.status, NEW.attempt
    USING ERRCODE = 'check_violation', CONSTRAINT = 'jobs_transition';
END $$;

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

CREATE FUNCTION refuse_attempt_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'attempt % of job % has ended as %', OLD.attempt_number, OLD.job_id, OLD.status
    USING ERRCODE = 'check_violation', CONSTRAINT = 'job_attempts_transition';
END $$;

CREATE TRIGGER job_attempts_transition AFTER UPDATE ON job_attempts FOR EACH ROW WHEN (
  OLD.status <> 'RUNNING' OR NEW.job_id <> OLD.job_id OR NEW.attempt_number <> OLD.attempt_number OR NEW.lease_token <> OLD.lease_token
) EXECUTE FUNCTION refuse_attempt_change();

CREATE FUNCTION refuse_new_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a job may not begin as % with attempt %', NEW.status, NEW.attempt
    USING ERRCODE = 'check_violation', CONSTRAINT = 'jobs_transition';
END $$;

CREATE TRIGGER jobs_creation AFTER INSERT ON jobs FOR EACH ROW WHEN (NEW.status NOT IN ('PENDING', 'SCHEDULED') OR NEW.attempt <> 0)
  EXECUTE FUNCTION refuse_new_job();
