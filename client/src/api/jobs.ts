import { queryOptions } from '@tanstack/react-query';
import { answer, client } from './client.js';
import type { Attempt, CreateJob, Job, JobEvent, JobExplanation, JobFilter, JobList, LogList } from './types.js';

/** What a page of the job list asks for; `payload` holds the filters written `payload.<path>=value`. */
export interface JobListParams extends JobFilter {
  sort?: '-created_at' | 'created_at';
  cursor?: string;
  limit: number;
  payload?: Record<string, string>;
  include?: 'payload_preview'[];
}

export const jobKeys = {
  all: ['jobs'],
  lists: ['jobs', 'list'],
  list: (params: JobListParams) => ['jobs', 'list', params],
  detail: (id: string) => ['jobs', 'detail', id],
  part: (id: string, part: 'attempts' | 'events' | 'logs' | 'explain') => ['jobs', 'detail', id, part],
} as const;

/** One page of jobs. */
export function jobListQuery(params: JobListParams) {
  return queryOptions({
    queryKey: jobKeys.list(params),
    queryFn: ({ signal }) => fetchJobs(params, signal),
  });
}

/** One page of jobs, fetched now. Throws ApiError. */
export function fetchJobs({ payload, ...query }: JobListParams, signal?: AbortSignal): Promise<JobList> {
  const payloadFilters = Object.fromEntries(
    Object.entries(payload ?? {}).map(([path, value]) => [`payload.${path}`, value]),
  );
  return answer<JobList>(
    (options) => client.GET('/jobs', { params: { query: { ...query, ...payloadFilters } }, ...options }),
    signal,
  );
}

/** One job in full. */
export function jobQuery(id: string) {
  return queryOptions({
    queryKey: jobKeys.detail(id),
    queryFn: ({ signal }) =>
      answer<Job>((options) => client.GET('/jobs/{id}', { params: { path: { id } }, ...options }), signal),
  });
}

/** All attempts of a job, oldest first. */
export function attemptsQuery(id: string) {
  return queryOptions({
    queryKey: jobKeys.part(id, 'attempts'),
    queryFn: async ({ signal }) => {
      const list = await answer<{ attempts: Attempt[] }>(
        (options) => client.GET('/jobs/{id}/attempts', { params: { path: { id } }, ...options }),
        signal,
      );
      return list.attempts.toSorted((a, b) => a.attempt_number - b.attempt_number);
    },
  });
}

/** The audit trail of a job, newest first. */
export function jobEventsQuery(id: string) {
  return queryOptions({
    queryKey: jobKeys.part(id, 'events'),
    queryFn: async ({ signal }) => {
      const list = await answer<{ events: JobEvent[] }>(
        (options) => client.GET('/jobs/{id}/events', { params: { path: { id } }, ...options }),
        signal,
      );
      return list.events.toSorted((a, b) => b.at.localeCompare(a.at));
    },
  });
}

/** The lines that a job's attempts logged, in order, at most 10 pages of 1,000. */
export function jobLogsQuery(id: string) {
  return queryOptions({
    queryKey: jobKeys.part(id, 'logs'),
    queryFn: async ({ signal }) => {
      const lines: LogList['lines'] = [];
      let cursor: string | null | undefined;
      for (let page = 0; page < 10 && cursor !== null; page++) {
        const query = { limit: 1000, ...(cursor ? { cursor } : {}) };
        const list: LogList = await answer<LogList>(
          (options) => client.GET('/jobs/{id}/logs', { params: { path: { id }, query }, ...options }),
          signal,
        );
        lines.push(...list.lines);
        cursor = list.next_cursor;
      }
      return { lines, isCut: cursor !== null };
    },
  });
}

/** Why a waiting job does not run yet. */
export function explainQuery(id: string) {
  return queryOptions({
    queryKey: jobKeys.part(id, 'explain'),
    queryFn: ({ signal }) =>
      answer<JobExplanation>(
        (options) => client.GET('/jobs/{id}/explain', { params: { path: { id } }, ...options }),
        signal,
      ),
  });
}

/** Submits a job; `isNew` is false when its idempotency key was known and the first job came back. */
export async function createJob(body: CreateJob): Promise<{ job: Job; isNew: boolean }> {
  let status = 201;
  const job = await answer<Job>(async (options) => {
    const result = await client.POST('/jobs', { body, ...options });
    status = result.response.status;
    return result;
  });
  return { job, isNew: status === 201 };
}

/** Asks for a job to stop; a running one hears it with its next heartbeat. */
export function cancelJob(id: string): Promise<Job> {
  return answer<Job>((options) => client.POST('/jobs/{id}/cancel', { params: { path: { id } }, ...options }));
}

/** Puts a failed, dead or cancelled job back into its queue with fresh budgets. */
export function retryJob(id: string): Promise<Job> {
  return answer<Job>((options) => client.POST('/jobs/{id}/retry', { params: { path: { id } }, ...options }));
}

/** Deletes an ended job. */
export async function deleteJob(id: string): Promise<void> {
  await answer((options) => client.DELETE('/jobs/{id}', { params: { path: { id } }, ...options }));
}
