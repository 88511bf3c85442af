export interface RedisAddress {
  host: string;
  port: number;
}

/** A Redis URL, read. */
export type RedisTarget = { username?: string; password?: string; isEncrypted: boolean } & (
  | { kind: 'single' | 'cluster'; nodes: RedisAddress[]; database: number }
  | { kind: 'sentinel'; nodes: RedisAddress[]; master: string; database: number }
);

const SHAPE = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^/?#]*)(?:\/([^?#]*))?$/;
const DEFAULT_PORT = { single: 6379, cluster: 6379, sentinel: 26379 };

/**
 * Reads `redis://[user:password@]host[:port][/database]`, `redis+sentinel://host,host/master[/database]` and
 * `redis+cluster://host,host`; `rediss` instead of `redis` is TLS.
 * @throws Error that says what is wrong, without the password
 */
export function parseRedisUrl(url: string): RedisTarget {
  const [matched, scheme, kind = 'single', credentials, hosts, path = ''] = SHAPE.exec(url) ?? [];
  if (matched === undefined || !isKind(kind)) throw new Error(`${redactRedisUrl(url)} is not a Redis URL`);
  const nodes = (hosts || 'localhost').split(',').map((host) => parseAddress(host, DEFAULT_PORT[kind]));
  if (kind === 'single' && nodes.length > 1) {
    throw new Error(`${redactRedisUrl(url)} names several hosts: use redis+sentinel:// or redis+cluster://`);
  }
  const common = { nodes, isEncrypted: scheme === 'rediss', ...parseCredentials(credentials) };
  if (kind !== 'sentinel') return { kind, ...common, database: parseDatabase(path, url) };
  const [master = '', database = ''] = path.split('/');
  if (master === '') throw new Error(`${redactRedisUrl(url)} must name its master: redis+sentinel://host,host/master`);
  return { kind, ...common, master: decodeURIComponent(master), database: parseDatabase(database, url) };
}

/** The URL without its user and password, for logs. */
export function redactRedisUrl(url: string): string {
  return url.replace(/\/\/.*@/, '//');
}

function isKind(kind: string): kind is RedisTarget['kind'] {
  return kind in DEFAULT_PORT;
}

function parseAddress(text: string, defaultPort: number): RedisAddress {
  const [matched, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (matched === undefined || host === undefined) throw new Error(`"${text}" is not a Redis host`);
  return { host, port: port === undefined ? defaultPort : Number(port) };
}

function parseCredentials(text: string | undefined): { username?: string; password?: string } {
  if (!text) return {};
  const colon = text.indexOf(':');
  const username = decodeURIComponent(colon < 0 ? text : text.slice(0, colon));
  const password = colon < 0 ? '' : decodeURIComponent(text.slice(colon + 1));
  return { ...(username && { username }), ...(password && { password }) };
}

function parseDatabase(text: string, url: string): number {
  const database = text === '' ? 0 : Number(text);
  if (!Number.isInteger(database) || database < 0) throw new Error(`${redactRedisUrl(url)} names no database number`);
  return database;
}
