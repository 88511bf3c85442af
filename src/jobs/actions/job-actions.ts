import { Injectable } from '@nestjs/common';
import type { JobsAction, StartAction } from '../../contract/action.dto.js';
import { EventBus } from '../../events/event-bus.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/errors/domain-error.js';
import { ActionPlanner, type ActionKind, type ActionScope } from './action-planner.js';
import { abortAction, findAction, startAction } from './action-queries.js';
import { ActionRunner } from './action-runner.js';
import { actionView, type ActionRow } from './action-view.js';

/** Bulk actions: a plan first, then its run, which may be watched and aborted. */
@Injectable()
export class JobActions {
  constructor(
    private readonly database: Database,
    private readonly planner: ActionPlanner,
    private readonly runner: ActionRunner,
    private readonly bus: EventBus,
  ) {}

  /**
   * With a scope: plans, and unless it is a dry run, runs the plan. With a token: runs what was planned; once only, however often it is
   * asked for.
   * @throws DomainError `invalid_request`; `not_found` for a token that is unknown or was not used within an hour
   */
  async start(body: StartAction, actor: string | null): Promise<JobsAction> {
    if (body.token != null) {
      const { action, ids, filter, queue, priority } = body;
      if ([action, ids, filter, queue, priority].some((value) => value != null))
        throw invalid('token', 'excludes action, ids, filter, queue and priority');
      return body.dry_run ? this.get(body.token) : this.run(body.token, actor);
    }
    const plan = await this.planner.plan(kindOf(body), scopeOf(body), actor);
    return body.dry_run ? actionView(plan) : this.run(plan.token, actor);
  }

  /** @throws DomainError `not_found` */
  async get(token: string): Promise<JobsAction> {
    const [action] = await this.database.api.query<ActionRow>(findAction, [token]);
    if (!action) throw new DomainError('not_found', `There is no action ${token}; plans are kept for an hour.`);
    return actionView(action);
  }

  /** Stops before the next chunk; what is done stays done. One that has ended is left as it is. @throws DomainError `not_found` */
  async abort(token: string): Promise<JobsAction> {
    const [aborted] = await this.database.api.query<ActionRow>(abortAction, [token]);
    if (!aborted) return this.get(token);
    this.bus.publish({ kind: 'action', token });
    return actionView(aborted);
  }

  private async run(token: string, actor: string | null): Promise<JobsAction> {
    const [started] = await this.database.api.query<ActionRow>(startAction, [token, actor]);
    if (!started) return this.get(token);
    this.runner.hurry();
    this.bus.publish({ kind: 'action', token });
    return actionView(started);
  }
}

function kindOf({ action, ...body }: StartAction): ActionKind {
  const { queue, priority } = { queue: body.queue ?? null, priority: body.priority ?? null };
  if (action == null) throw invalid('action', 'is required with ids or filter');
  if ((queue !== null) !== (action === 'move')) throw invalid('queue', 'is required by move, and by no other action');
  if ((priority !== null) !== (action === 'prioritize'))
    throw invalid('priority', 'is required by prioritize, and by no other action');
  return { action, queue, priority };
}

function scopeOf({ ids, filter }: StartAction): ActionScope {
  if ((ids == null) === (filter == null)) throw invalid('filter', 'or ids is required, not both');
  return ids != null ? { ids } : { filter: filter! };
}

function invalid(field: string, message: string): DomainError {
  return new DomainError('invalid_request', `The request is not valid: ${field} ${message}.`, {
    details: [{ field, message }],
  });
}
