import type { ActionState, BulkAction, JobsAction, SkippedJob } from '../../contract/action.dto.js';
import type { StatusCounts } from '../../contract/stats.dto.js';
import type { Place } from '../job-rows.js';

/** A bulk action as stored. */
export interface ActionRow extends Place {
  token: string;
  action: BulkAction;
  state: ActionState;
  actor: string | null;
  total: number;
  by_status: StatusCounts;
  sample: string[];
  next_chunk: number;
  done: number;
  skipped: number;
  skips: SkippedJob[];
  created_at: Date;
  finished_at: Date | null;
}

export function actionView({
  created_at,
  finished_at,
  actor: _actor,
  next_chunk: _next,
  ...rest
}: ActionRow): JobsAction {
  return { ...rest, created_at: created_at.toISOString(), finished_at: finished_at?.toISOString() ?? null };
}
