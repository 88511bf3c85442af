DELETE FROM job_actions WHERE action IN ('move', 'prioritize');
ALTER TABLE job_actions
  DROP CONSTRAINT job_actions_action_check,
  ADD CONSTRAINT job_actions_action_check CHECK (action IN ('retry', 'cancel', 'delete')),
  DROP COLUMN queue,
  DROP COLUMN priority,
  DROP COLUMN skips;
