import type { QueryClient } from '@tanstack/react-query';
import { jobKeys } from '../api/jobs.js';
import type { Job, JobList, ServerEvent, Stats } from '../api/types.js';

export type JobEventHint = Extract<ServerEvent, { kind: 'job' }>;

/** Writes what the events say into the rows that are on screen, and fetches nothing. */
export function patchJobs(queries: QueryClient, events: ReadonlyMap<string, JobEventHint>): void {
  queries.setQueriesData<JobList>({ queryKey: jobKeys.lists }, (list) => {
    if (!list?.jobs.some((job) => isNews(job, events.get(job.id)))) return list;
    return { ...list, jobs: list.jobs.map((job) => patched(job, events.get(job.id))) };
  });
  for (const [id, event] of events) {
    queries.setQueryData<Job>(jobKeys.detail(id), (job) => job && patched(job, event));
  }
}

/** Writes fresh totals into the unscoped stats. */
export function patchCounts(queries: QueryClient, jobs: Stats['jobs']): void {
  queries.setQueryData<Stats>(['stats', {}], (stats) => stats && { ...stats, jobs: { ...stats.jobs, ...jobs } });
}

function isNews(job: { status: string; attempt: number; updated_at: string }, event?: JobEventHint): boolean {
  return (
    event !== undefined && event.at >= job.updated_at && (event.status !== job.status || event.attempt !== job.attempt)
  );
}

function patched<T extends Pick<Job, 'status' | 'attempt' | 'updated_at' | 'worker_id' | 'started_at'>>(
  job: T,
  event?: JobEventHint,
): T {
  if (event === undefined || !isNews(job, event)) return job;
  const startsNow = event.status === 'RUNNING' && event.attempt !== job.attempt;
  return {
    ...job,
    status: event.status,
    attempt: event.attempt,
    worker_id: event.worker_id ?? job.worker_id,
    updated_at: event.at,
    started_at: startsNow ? event.at : job.started_at,
  };
}
