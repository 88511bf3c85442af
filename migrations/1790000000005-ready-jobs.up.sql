-- What waits for a worker gets a small table of its own, in the place of two indexes of jobs: a row comes when its job becomes PENDING and
-- goes when it is PENDING no more. A job that ends well then changes no column that any index of jobs names or depends on, as
-- its claim never did: both updates stay on their page (HOT), no index of jobs grows, and vacuum need not read them.
CREATE TABLE ready_jobs (
  id uuid PRIMARY KEY,
  queue text NOT NULL,
  priority smallint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_insert_scale_factor = 0.2, autovacuum_vacuum_cost_delay = 0);
INSERT INTO ready_jobs (id, queue, priority) SELECT id, queue, priority FROM jobs WHERE finished_at IS NULL AND wait_until IS NULL AND status = 'PENDING';
CREATE INDEX ready_jobs_order ON ready_jobs (queue, priority DESC, id);
DROP INDEX jobs_ready, jobs_ready_created;

-- Rows come by trigger, for all new jobs of a statement at once; and for the seldom ways into PENDING, out of it and from place to place,
-- one by one. The claim takes away those of its batch itself: of PENDING -> RUNNING no trigger hears.
CREATE FUNCTION add_ready_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ready_jobs (id, queue, priority) SELECT id, queue, priority FROM created WHERE status = 'PENDING';
  RETURN NULL;
END $$;
CREATE TRIGGER jobs_ready_created AFTER INSERT ON jobs REFERENCING NEW TABLE AS created FOR EACH STATEMENT EXECUTE FUNCTION add_ready_jobs();

CREATE FUNCTION place_ready_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR NEW.status <> 'PENDING' THEN
    DELETE FROM ready_jobs WHERE id = OLD.id;
  ELSE
    INSERT INTO ready_jobs (id, queue, priority) VALUES (NEW.id, NEW.queue, NEW.priority)
    ON CONFLICT (id) DO UPDATE SET queue = EXCLUDED.queue, priority = EXCLUDED.priority;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER jobs_ready_placed AFTER UPDATE ON jobs FOR EACH ROW WHEN (
  CASE WHEN NEW.status = 'PENDING' THEN OLD.status <> 'PENDING' OR OLD.queue <> NEW.queue OR OLD.priority <> NEW.priority
    ELSE OLD.status = 'PENDING' AND NEW.status <> 'RUNNING' END
) EXECUTE FUNCTION place_ready_job();
CREATE TRIGGER jobs_ready_deleted AFTER DELETE ON jobs FOR EACH ROW WHEN (OLD.status = 'PENDING') EXECUTE FUNCTION place_ready_job();
