import { queryOptions } from '@tanstack/react-query';
import { answer, client } from './client.js';
import type { ErrorGroupList, ErrorGroupState, Health, Stats, StatsWindow, Timeseries } from './types.js';

export interface StatsScope {
  queue?: string;
  type?: string;
}

/** Job counts by status, worker slots and known names, about a second old. */
export function statsQuery(scope: StatsScope = {}) {
  return queryOptions({
    queryKey: ['stats', scope],
    queryFn: ({ signal }) =>
      answer<Stats>((options) => client.GET('/stats', { params: { query: scope }, ...options }), signal),
  });
}

/** Pre-aggregated history of the window, for charts. */
export function timeseriesQuery(window: StatsWindow, scope: StatsScope = {}) {
  return queryOptions({
    queryKey: ['timeseries', window, scope],
    queryFn: ({ signal }) =>
      answer<Timeseries>(
        (options) => client.GET('/stats/timeseries', { params: { query: { window, ...scope } }, ...options }),
        signal,
      ),
  });
}

/** Failures grouped by what they have in common, most frequent first. */
export function errorGroupsQuery(window: StatsWindow, state: ErrorGroupState = 'open') {
  return queryOptions({
    queryKey: ['errors', window, state],
    queryFn: ({ signal }) =>
      answer<ErrorGroupList>(
        (options) => client.GET('/errors', { params: { query: { window, state, limit: 100 } }, ...options }),
        signal,
      ),
    select: (list) => list.groups,
  });
}

/** Sets a group of errors aside, or brings it back. */
export async function markErrorGroup(fingerprint: string, verb: 'mute' | 'resolve' | 'reopen'): Promise<void> {
  await answer((options) =>
    client.POST(`/errors/{fingerprint}/${verb}`, { params: { path: { fingerprint } }, ...options }),
  );
}

/** Whether the server's own parts work. */
export function healthQuery() {
  return queryOptions({
    queryKey: ['health'],
    queryFn: ({ signal }) => answer<Health>((options) => client.GET('/health/ready', { ...options }), signal),
  });
}
