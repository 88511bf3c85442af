import { queryOptions } from '@tanstack/react-query';
import { answer, client, isSessionLost } from './client.js';
import type { Session } from './types.js';

/** What this server is, and whether it asks for a key. */
export function sessionQuery() {
  return queryOptions({
    queryKey: ['session'],
    queryFn: ({ signal }) => answer<Session>((options) => client.GET('/session', { ...options }), signal),
    staleTime: 60_000,
  });
}

/** Trades an API key for the dashboard's cookie. Throws ApiError 401 on a wrong key. */
export async function openSession(apiKey: string): Promise<void> {
  await answer((options) => client.POST('/session', { body: { api_key: apiKey }, ...options }));
  isSessionLost.set(false);
}

/** Gives the cookie back. */
export async function closeSession(): Promise<void> {
  await answer((options) => client.DELETE('/session', { ...options }));
  isSessionLost.set(true);
}
