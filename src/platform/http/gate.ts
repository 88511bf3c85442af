import type { RequestHandler } from 'express';
import type { Config } from '../../config/config.js';
import { DomainError } from '../errors/domain-error.js';
import { Access } from './access.js';
import { setCaller } from './caller.js';
import { isForeign, isOwnHost } from './request-origin.js';

/** Open without a key: probes, signing in, and the dashboard's files, which are the same for everyone. All else is closed. */
const OPEN_PATHS = new Set(['/', '/ui', '/favicon.ico', '/health/live', '/health/ready', '/session']);
const OPEN_FOLDER = '/ui/';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Express middleware that lets a request in or throws: who is it, may that caller change things, did a foreign page send it? */
export function gate(config: Config): RequestHandler {
  const access = new Access(config);
  const publicHost = config.publicUrl === undefined ? undefined : new URL(config.publicUrl).host;
  return (request, _response, next) => {
    const isOpen = isOpenPath(request.url);
    // Past a key, the host no longer matters: a browser shows no session to another name.
    if (!access.needsKey && !isOwnHost(request, publicHost)) {
      throw new DomainError('forbidden', 'Without API_KEY only localhost and the host of PUBLIC_URL are answered.');
    }
    const changes = !SAFE_METHODS.has(request.method);
    if (changes && request.headers.authorization === undefined && isForeign(request, publicHost)) {
      throw new DomainError('forbidden', 'Pages of another site cannot change anything here.');
    }
    // A probe with a stale key must not fail: open paths look at no key.
    const caller = isOpen ? access.sessionOf(request) : access.callerOf(request);
    if (caller !== undefined) setCaller(request, caller);
    else if (!isOpen)
      throw new DomainError('unauthorized', 'Send the key as "Authorization: Bearer <key>", or sign in.');
    if (changes && caller?.role === 'viewer' && !isOpen) {
      throw new DomainError('forbidden', 'This key may only read.');
    }
    next();
  };
}

/** Of the path as it was sent: a spelling that only the router understands (upper case, `..`, a whole URL) is not open. */
function isOpenPath(url: string): boolean {
  const queryAt = url.indexOf('?');
  const path = queryAt === -1 ? url : url.slice(0, queryAt);
  return OPEN_PATHS.has(path) || path.startsWith(OPEN_FOLDER);
}
