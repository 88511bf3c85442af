import { Field } from './field.js';
import { JobFilter } from './job.dto.js';
import { NAME, NAME_HINT } from './name.js';
import { StatusCounts } from './stats.dto.js';

export const BULK_ACTIONS = ['retry', 'cancel', 'delete', 'move', 'prioritize'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/**
 * `POST /jobs/actions`. First with `dry_run: true` and ids or a filter: answers a plan with its token. Then with that token: runs
 * exactly what the plan froze.
 */
export class StartAction {
  @Field.enum('BulkAction', BULK_ACTIONS, { optional: true, description: 'Needed with ids or filter.' })
  action?: BulkAction;
  @Field.uuids({ optional: true, minItems: 1, maxItems: 10_000 }) ids?: string[];
  @Field.object(() => JobFilter, { optional: true }) filter?: JobFilter;
  @Field.string({
    optional: true,
    minLength: 1,
    maxLength: 128,
    pattern: NAME,
    hint: NAME_HINT,
    description: 'move: the queue that the jobs go to.',
  })
  queue?: string;
  @Field.integer({ optional: true, min: -100, max: 100, description: 'prioritize: the new priority of the jobs.' })
  priority?: number;
  @Field.boolean({ optional: true, default: false }) dry_run?: boolean;
  @Field.uuid({ optional: true, description: 'The token of a plan.' }) token?: string;
}

export const ACTION_STATES = ['planned', 'running', 'done', 'aborted'] as const;
export type ActionState = (typeof ACTION_STATES)[number];

/** The token in a path. */
export class ActionPath {
  @Field.uuid() token!: string;
}

/** One job that an action passed over. */
export class SkippedJob {
  @Field.uuid() job_id!: string;
  @Field.string({ description: 'Why: its status then, or that it does not exist.' }) reason!: string;
}

/** A bulk action: its plan, then its progress. */
export class JobsAction {
  @Field.uuid() token!: string;
  @Field.enum('BulkAction', BULK_ACTIONS) action!: BulkAction;
  @Field.enum('ActionState', ACTION_STATES) state!: ActionState;
  @Field.string({ nullable: true, description: 'move: where to.' }) queue!: string | null;
  @Field.integer({ nullable: true, description: 'prioritize: the new priority.' }) priority!: number | null;
  @Field.integer({ description: 'Jobs in the frozen set.' }) total!: number;
  @Field.object(() => StatusCounts, { description: 'The frozen set by status, at planning time.' })
  by_status!: StatusCounts;
  @Field.uuids({ maxItems: 10 }) sample!: string[];
  @Field.integer() done!: number;
  @Field.integer({ description: 'Jobs whose status did not allow the action.' }) skipped!: number;
  @Field.objects(() => SkippedJob, { maxItems: 100, description: 'The first of the skipped jobs.' })
  skips!: SkippedJob[];
  @Field.instant() created_at!: string;
  @Field.instant({ nullable: true }) finished_at!: string | null;
}
