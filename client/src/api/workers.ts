import { queryOptions } from '@tanstack/react-query';
import { answer, client } from './client.js';
import type { Worker, WorkerHistory, WorkerList } from './types.js';

export const workerKeys = {
  all: ['workers'],
  list: (params: { queue?: string }) => ['workers', 'list', params],
  detail: (id: string) => ['workers', 'detail', id],
  history: (id: string) => ['workers', 'history', id],
} as const;

/** Up to 200 workers, with exact totals. */
export function workerListQuery(params: { queue?: string } = {}) {
  return queryOptions({
    queryKey: workerKeys.list(params),
    queryFn: ({ signal }) =>
      answer<WorkerList>(
        (options) => client.GET('/workers', { params: { query: { ...params, limit: 200 } }, ...options }),
        signal,
      ),
  });
}

/** One worker with everything that it runs. */
export function workerQuery(id: string) {
  return queryOptions({
    queryKey: workerKeys.detail(id),
    queryFn: ({ signal }) =>
      answer<Worker>((options) => client.GET('/workers/{id}', { params: { path: { id } }, ...options }), signal),
  });
}

/** What a worker did in the last hour, and what it lost in the last day. */
export function workerHistoryQuery(id: string) {
  return queryOptions({
    queryKey: workerKeys.history(id),
    queryFn: ({ signal }) =>
      answer<WorkerHistory>(
        (options) => client.GET('/workers/{id}/history', { params: { path: { id } }, ...options }),
        signal,
      ),
  });
}

/** Tells a worker to finish what it has and take no more. */
export function drainWorker(id: string): Promise<unknown> {
  return answer((options) => client.POST('/workers/{id}/drain', { params: { path: { id } }, ...options }));
}

/** Lets a draining worker take jobs again. */
export function resumeWorker(id: string): Promise<unknown> {
  return answer((options) => client.POST('/workers/{id}/resume', { params: { path: { id } }, ...options }));
}

/** Removes an offline worker from the list. */
export function forgetWorker(id: string): Promise<unknown> {
  return answer((options) => client.DELETE('/workers/{id}', { params: { path: { id } }, ...options }));
}
