-- Bulk actions that give waiting jobs another queue or priority, and the first jobs that an action passed over, each with the reason.
ALTER TABLE job_actions
  DROP CONSTRAINT job_actions_action_check,
  ADD CONSTRAINT job_actions_action_check CHECK (action IN ('retry', 'cancel', 'delete', 'move', 'prioritize')),
  ADD COLUMN queue text,
  ADD COLUMN priority smallint,
  ADD COLUMN skips jsonb NOT NULL DEFAULT '[]',
  ADD CONSTRAINT job_actions_place CHECK ((queue IS NOT NULL) = (action = 'move') AND (priority IS NOT NULL) = (action = 'prioritize'));
