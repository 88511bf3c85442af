DROP TABLE job_action_chunks, job_actions, error_buckets, error_groups, error_deltas, job_buckets, job_counts, job_deltas, job_logs, job_events, sweep_clock,
  queues, poll_answers, workers, job_attempts, jobs;
DROP FUNCTION refuse_job_change, refuse_attempt_change, refuse_new_job;
DROP TYPE attempt_status, job_status;
