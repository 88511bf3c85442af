import type { IncomingMessage } from 'node:http';

export const CALLER_ROLES = ['viewer', 'admin'] as const;
export type CallerRole = (typeof CALLER_ROLES)[number];

/** Who sent a request, as far as its key or its session tells. */
export interface Caller {
  role: CallerRole;
  actor: string | null;
}

const callers = new WeakMap<IncomingMessage, Caller>();

/** Undefined for a request to an open path without a key. */
export function callerOf(request: IncomingMessage): Caller | undefined {
  return callers.get(request);
}

export function setCaller(request: IncomingMessage, caller: Caller): void {
  callers.set(request, caller);
}
