import { queryOptions } from '@tanstack/react-query';
import { answer, client } from './client.js';
import type { Queue, QueueList } from './types.js';

export const queueKeys = { all: ['queues'], list: (q?: string) => ['queues', 'list', q ?? ''] } as const;

/** Up to 200 queues; `q` is part of a name. */
export function queueListQuery(q?: string) {
  return queryOptions({
    queryKey: queueKeys.list(q),
    queryFn: ({ signal }) =>
      answer<QueueList>(
        (options) => client.GET('/queues', { params: { query: { ...(q ? { q } : {}), limit: 200 } }, ...options }),
        signal,
      ),
  });
}

/** Stops handing out a queue's jobs; what runs goes on. */
export function pauseQueue(name: string): Promise<Queue> {
  return answer<Queue>((options) => client.POST('/queues/{name}/pause', { params: { path: { name } }, ...options }));
}

/** Hands out a queue's jobs again. */
export function resumeQueue(name: string): Promise<Queue> {
  return answer<Queue>((options) => client.POST('/queues/{name}/resume', { params: { path: { name } }, ...options }));
}

/** Limits how many jobs of a queue run at a time; 0 takes the limit away. */
export function limitQueue(name: string, concurrencyLimit: number): Promise<Queue> {
  return answer<Queue>((options) =>
    client.PATCH('/queues/{name}', {
      params: { path: { name } },
      body: { concurrency_limit: concurrencyLimit },
      ...options,
    }),
  );
}
