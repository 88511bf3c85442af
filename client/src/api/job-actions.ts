import { queryOptions } from '@tanstack/react-query';
import { answer, client } from './client.js';
import type { BulkAction, JobFilter, JobsAction } from './types.js';

/** The jobs of a bulk action: named ones, or all that match a filter. */
export type ActionScope = { ids: string[] } | { filter: JobFilter };

/** Where a move or a change of priority puts jobs. */
export interface Place {
  queue?: string;
  priority?: number;
}

/** Freezes the set of jobs and says what would happen to them. */
export function planAction(action: BulkAction, place: Place, scope: ActionScope): Promise<JobsAction> {
  return answer<JobsAction>((options) =>
    client.POST('/jobs/actions', { body: { action, ...place, ...scope, dry_run: true }, ...options }),
  );
}

/** Runs exactly the jobs that the plan froze. */
export function runAction(token: string): Promise<JobsAction> {
  return answer<JobsAction>((options) => client.POST('/jobs/actions', { body: { token }, ...options }));
}

/** Stops an action; what is done stays done. */
export function abortAction(token: string): Promise<JobsAction> {
  return answer<JobsAction>((options) =>
    client.POST('/jobs/actions/{token}/abort', { params: { path: { token } }, ...options }),
  );
}

/** The progress of a running action. */
export function actionQuery(token: string) {
  return queryOptions({
    queryKey: ['job-actions', token],
    queryFn: ({ signal }) =>
      answer<JobsAction>(
        (options) => client.GET('/jobs/actions/{token}', { params: { path: { token } }, ...options }),
        signal,
      ),
  });
}
