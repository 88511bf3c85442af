import type { IncomingMessage } from 'node:http';
import type { Config } from '../../config/config.js';
import { clock } from '../clock.js';
import { DomainError } from '../errors/domain-error.js';
import { accessKey, findKey, type AccessKey } from './access-keys.js';
import { AttemptLimiter } from './attempt-limiter.js';
import type { Caller } from './caller.js';
import { keyOfSession, sessionToken } from './session-token.js';

export const SESSION_COOKIE = 'orchestrator_session';

/** Who may come in: callers by `Authorization: Bearer`, the dashboard by the cookie it got for a key. Without keys, everyone. */
export class Access {
  private readonly keys: readonly AccessKey[];
  private readonly limiter = new AttemptLimiter<AccessKey>();

  constructor({ apiKeys, readOnlyApiKeys }: Pick<Config, 'apiKeys' | 'readOnlyApiKeys'>) {
    this.keys = [
      ...apiKeys.map((key) => accessKey(key, 'admin')),
      ...readOnlyApiKeys.map((key) => accessKey(key, 'viewer')),
    ];
  }

  get needsKey(): boolean {
    return this.keys.length > 0;
  }

  /**
   * Undefined when the request shows no key and no session that still holds.
   * @throws DomainError `unauthorized` for a wrong key, `too_many_requests` after too many of them
   */
  callerOf(request: IncomingMessage): Caller | undefined {
    const { authorization } = request.headers;
    if (!this.needsKey || authorization === undefined) return this.sessionOf(request);
    const [, secret] = /^bearer +(\S+) *$/i.exec(authorization) ?? [];
    if (secret === undefined) throw new DomainError('unauthorized', 'Send the key as "Authorization: Bearer <key>".');
    const { role, name } = this.keyOf(secret, request);
    return { role, actor: name ?? 'api' };
  }

  /** By the cookie only. Without keys, everyone may do everything. */
  sessionOf(request: IncomingMessage): Caller | undefined {
    if (!this.needsKey) return { role: 'admin', actor: null };
    const token = sessionCookieOf(request);
    const key = token === undefined ? undefined : keyOfSession(this.keys, token, clock.now());
    return key && { role: key.role, actor: key.name ?? 'dashboard' };
  }

  /** @returns the token of a new session. @throws as `callerOf` */
  openSession(secret: string, request: IncomingMessage): { token: string; caller: Caller } {
    const key = this.keyOf(secret, request);
    return { token: sessionToken(key, clock.now()), caller: { role: key.role, actor: key.name ?? 'dashboard' } };
  }

  private keyOf(secret: string, request: IncomingMessage): AccessKey {
    const address = request.socket.remoteAddress ?? '';
    const key = findKey(this.keys, secret);
    if (key !== undefined && this.limiter.hasProven(address, key)) return key;
    const waitSeconds = this.limiter.waitSeconds(address);
    if (waitSeconds > 0) {
      throw new DomainError('too_many_requests', 'Too many wrong keys came from this address.', {
        retryAfterSeconds: waitSeconds,
      });
    }
    if (key === undefined) {
      this.limiter.addWrong(address);
      throw new DomainError('unauthorized', 'This key is not known.');
    }
    this.limiter.addRight(address, key);
    return key;
  }
}

function sessionCookieOf(request: IncomingMessage): string | undefined {
  for (const cookie of request.headers.cookie?.split(';') ?? []) {
    const [name, value] = cookie.trim().split('=', 2);
    if (name === SESSION_COOKIE) return value;
  }
  return undefined;
}
