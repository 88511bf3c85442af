import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { LOGGER } from '../../config/config.module.js';
import type { SkippedJob } from '../../contract/action.dto.js';
import { EventBus } from '../../events/event-bus.js';
import { Database } from '../../platform/database/database.js';
import type { Logger } from '../../platform/logger.js';
import { PeriodicTask } from '../../platform/periodic-task.js';
import { JobCommands } from '../job-commands.js';
import type { IdRow } from '../listing/job-walker.js';
import {
  countAbortedChunk,
  countActionChunk,
  dropOldAction,
  findActionChunk,
  findActionJobs,
  releaseAction,
  takeAction,
} from './action-queries.js';
import type { ActionRow } from './action-view.js';

const EVERY_MS = 2000;
/** An action that nobody has touched for so long has lost its runner. Longer than a chunk may take. */
const LEASE_SECONDS = 20;
const PLAN_KEPT_SECONDS = 3600;
const ACTION_KEPT_SECONDS = 7 * 24 * 3600;
const SKIPS_KEPT = 100;

/**
 * Runs bulk actions in the background, one at a time, chunk by chunk. When its orchestrator dies, another one goes on from the last
 * chunk that was counted; what of the next chunk was already done is then counted as skipped.
 */
@Injectable()
export class ActionRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly task: PeriodicTask;

  constructor(
    private readonly database: Database,
    private readonly commands: JobCommands,
    private readonly bus: EventBus,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.task = new PeriodicTask({
      name: 'bulk actions',
      everyMs: EVERY_MS,
      logger,
      run: (signal) => this.run(signal),
    });
  }

  onApplicationBootstrap(): void {
    this.task.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.task.stop();
  }

  /** Looks for an action to run at once. */
  hurry(): void {
    this.task.hurry();
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const [action] = await this.database.sweep.query<ActionRow>(takeAction, [LEASE_SECONDS]);
      if (!action) break;
      await this.runAction(action, signal);
    }
    await this.database.sweep.query(dropOldAction, [PLAN_KEPT_SECONDS, ACTION_KEPT_SECONDS]);
  }

  private async runAction(taken: ActionRow, signal: AbortSignal): Promise<void> {
    let action: ActionRow | undefined = taken;
    while (action?.state === 'running') {
      if (signal.aborted) {
        await this.database.sweep.query(releaseAction, [action.token]);
        return;
      }
      action = await this.runChunk(action);
      this.bus.publish({ kind: 'action', token: taken.token });
    }
    if (action)
      this.logger.info(
        { token: taken.token, action: taken.action, done: action.done, skipped: action.skipped },
        'a bulk action is done',
      );
  }

  /** @returns the action as it is then; undefined when it is no longer this runner's */
  private async runChunk(action: ActionRow): Promise<ActionRow | undefined> {
    const { token, next_chunk } = action;
    const [chunk] = await this.database.sweep.query<{ job_ids: string[] }>(findActionChunk, [token, next_chunk]);
    const ids = chunk?.job_ids ?? [];
    const done = new Set(await this.do(action, ids));
    const skipped = ids.filter((id) => !done.has(id));
    const skips = await this.reasons(skipped.slice(0, SKIPS_KEPT - action.skips.length));
    const progress = [token, next_chunk, done.size, skipped.length, JSON.stringify(skips)];
    const [counted] = await this.database.sweep.query<ActionRow>(countActionChunk, progress);
    if (!counted) await this.database.sweep.query(countAbortedChunk, progress);
    return counted;
  }

  /** @returns the ids that it was done to */
  private async do(action: ActionRow, ids: readonly string[]): Promise<string[]> {
    switch (action.action) {
      case 'cancel':
        return this.commands.cancel(ids, action.actor);
      case 'retry':
        return this.commands.retry(ids, action.actor);
      case 'delete':
        return this.commands.remove(ids, action.actor);
      case 'move':
      case 'prioritize':
        return this.commands.place(ids, action, action.actor);
    }
  }

  /** Why jobs were skipped, as far as they tell a moment later. */
  private async reasons(skipped: readonly string[]): Promise<SkippedJob[]> {
    if (skipped.length === 0) return [];
    const rows = await this.database.sweep.query<IdRow>(findActionJobs, [skipped]);
    const statuses = new Map(rows.map(({ id, status }) => [id, status]));
    return skipped.map((job_id) => {
      const status = statuses.get(job_id);
      return { job_id, reason: status === undefined ? 'The job does not exist any more.' : `The job is ${status}.` };
    });
  }
}
