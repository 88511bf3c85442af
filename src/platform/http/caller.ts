import type { IncomingMessage } from 'node:http';

export const CALLER_ROLES = ['viewer', 'admin'] as const;
export type CallerRole = (typeof CALLER_ROLES)[number];

/** Who sent a request, as far as its key or its session tells. */
export interface Caller {
  role: CallerRole;
  actor: string | null;
}

/** On the request itself: in a map, an entry for each parked poll would be looked at by every collection of garbage. */
const CALLER = Symbol('caller');
type KnownRequest = IncomingMessage & { [CALLER]?: Caller };

/** Undefined for a request to an open path without a key. */
export function callerOf(request: IncomingMessage): Caller | undefined {
  return (request as KnownRequest)[CALLER];
}

export function setCaller(request: IncomingMessage, caller: Caller): void {
  (request as KnownRequest)[CALLER] = caller;
}
