import { Field } from './field.js';
import { JobFilter } from './job.dto.js';
import { StatusCounts } from './stats.dto.js';

export const BULK_ACTIONS = ['retry', 'cancel', 'delete'] as const;
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
  @Field.boolean({ optional: true, default: false }) dry_run?: boolean;
  @Field.uuid({ optional: true, description: 'The token of a plan.' }) token?: string;
}

export const ACTION_STATES = ['planned', 'running', 'done', 'aborted'] as const;
export type ActionState = (typeof ACTION_STATES)[number];

/** The token in a path. */
export class ActionPath {
  @Field.uuid() token!: string;
}

/** A bulk action: its plan, then its progress. */
export class JobsAction {
  @Field.uuid() token!: string;
  @Field.enum('BulkAction', BULK_ACTIONS) action!: BulkAction;
  @Field.enum('ActionState', ACTION_STATES) state!: ActionState;
  @Field.integer({ description: 'Jobs in the frozen set.' }) total!: number;
  @Field.object(() => StatusCounts, { description: 'The frozen set by status, at planning time.' })
  by_status!: StatusCounts;
  @Field.uuids({ maxItems: 10 }) sample!: string[];
  @Field.integer() done!: number;
  @Field.integer({ description: 'Jobs whose status did not allow the action.' }) skipped!: number;
  @Field.instant() created_at!: string;
  @Field.instant({ nullable: true }) finished_at!: string | null;
}
