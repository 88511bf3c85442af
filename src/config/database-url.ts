/** Where a PostgreSQL server listens: a name, an address, or the folder of its Unix socket. */
export interface DatabaseHost {
  host: string;
  port: number;
}

export const SESSION_TARGETS = ['any', 'read-write', 'primary', 'standby', 'prefer-standby'] as const;
/** Which of several servers is wanted, in libpq's words (`target_session_attrs`). */
export type SessionTarget = (typeof SESSION_TARGETS)[number];

/** What `DATABASE_URL` says. */
export interface DatabaseUrl {
  /** At least one, in the order to try them. */
  hosts: readonly DatabaseHost[];
  target: SessionTarget;
  /** Whether the order of hosts is drawn anew each time (`load_balance_hosts=random`). */
  isShuffled: boolean;
  /** The URL of one of the hosts, as the driver takes it. */
  urlOf: (host: DatabaseHost) => string;
}

const DEFAULT_PORT = 5432;
const FORM = /^(postgres|postgresql):\/\/([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/;
/** What is meant for the choice among hosts, and not for the driver. */
const OURS = ['host', 'port', 'target_session_attrs', 'load_balance_hosts'];

/**
 * Reads a connection URI as libpq does, with one host or several: `postgres://user:password@h1:5432,h2,[::1]:5433/database?…`. Hosts and
 * ports may also be parameters (`?host=h1,h2&port=5432`), where a host with a slash is the folder of a Unix socket.
 * @throws Error whose message says what the URL must be, without quoting it
 */
export function readDatabaseUrl(text: string): DatabaseUrl {
  const [, scheme, authority = '', path = '', query = ''] = FORM.exec(text) ?? [];
  if (scheme === undefined) throw new Error('must be a URL that starts with postgres:// or postgresql://');
  const parameters = new URLSearchParams(query);
  const at = authority.lastIndexOf('@') + 1;
  const hosts = readHosts(authority.slice(at), parameters);
  const target = parameters.get('target_session_attrs') ?? (hosts.length > 1 ? 'read-write' : 'any');
  if (!isTarget(target)) throw new Error(`must have target_session_attrs of ${SESSION_TARGETS.join(', ')}`);
  const isShuffled = parameters.get('load_balance_hosts') === 'random';
  OURS.forEach((name) => parameters.delete(name));
  const rest = `${path}${parameters.size > 0 ? `?${parameters.toString()}` : ''}`;
  const urlOf = ({ host, port }: DatabaseHost) =>
    `${scheme}://${authority.slice(0, at)}${writeHost(host)}:${port}${rest}`;
  if (!URL.canParse(urlOf(hosts[0]!)))
    throw new Error('must be a URL: characters like / ? # % in it are to be encoded');
  return { hosts, target, isShuffled, urlOf };
}

function readHosts(listed: string, parameters: URLSearchParams): DatabaseHost[] {
  const named = parameters.get('host')?.split(',');
  const places = named?.map((host) => ({ host, port: '' })) ?? listed.split(',').map(splitPort);
  const ports = parameters.get('port')?.split(',') ?? [];
  if (ports.length > 1 && ports.length !== places.length) throw new Error('must have one port, or one for each host');
  return places.map(({ host, port }, index) => ({
    host: host || 'localhost',
    port: readPort(port || (ports.length > 1 ? ports[index]! : ports[0]!) || String(DEFAULT_PORT)),
  }));
}

function splitPort(place: string): { host: string; port: string } {
  const parts = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(place);
  if (!parts) throw new Error('must name its hosts as host:port, separated by commas');
  const [, host = '', port = ''] = parts;
  return { host: decodeURIComponent(host.replace(/^\[(.*)\]$/, '$1')), port };
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw new Error('must have ports from 1 to 65535');
  return port;
}

function writeHost(host: string): string {
  return host.includes(':') ? `[${host}]` : encodeURIComponent(host);
}

function isTarget(text: string): text is SessionTarget {
  return (SESSION_TARGETS as readonly string[]).includes(text);
}
