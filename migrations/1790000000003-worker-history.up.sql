-- What a worker's process uses, as it last said in a heartbeat.
ALTER TABLE workers ADD COLUMN cpu_percent real, ADD COLUMN rss_bytes bigint;

-- What each worker did in each minute of the last hour. A minute in which it did nothing has no row.
CREATE TABLE worker_minutes (
  worker_id uuid NOT NULL,
  at timestamptz NOT NULL,
  succeeded int NOT NULL,
  failed int NOT NULL,
  busy_seconds real NOT NULL,
  PRIMARY KEY (worker_id, at)
) WITH (fillfactor = 50);
CREATE INDEX worker_minutes_at ON worker_minutes (at);

-- The attempts that workers lost in the last day. No foreign key: a reap must not fail because a worker was forgotten just now.
CREATE TABLE worker_losses (
  worker_id uuid NOT NULL,
  job_id uuid NOT NULL,
  attempt_number int NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (worker_id, job_id, attempt_number)
);
CREATE INDEX worker_losses_at ON worker_losses (at);
