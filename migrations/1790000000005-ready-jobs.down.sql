CREATE INDEX jobs_ready ON jobs (queue, priority DESC, id) WHERE finished_at IS NULL AND wait_until IS NULL;
CREATE INDEX jobs_ready_created ON jobs (id) WHERE finished_at IS NULL AND wait_until IS NULL;
DROP TRIGGER jobs_ready_created ON jobs;
DROP TRIGGER jobs_ready_placed ON jobs;
DROP TRIGGER jobs_ready_deleted ON jobs;
DROP FUNCTION add_ready_jobs, place_ready_job;
DROP TABLE ready_jobs;
