import { readDatabaseUrl } from './database-url.js';

/** One setting: where it comes from, what it means, how it is read. */
export interface Setting<T> {
  /** Environment variable. The flag is the same name in kebab case: `DATABASE_URL` is `--database-url`. */
  variable: string;
  help: string;
  /** Text of the default for `--help`. */
  shownDefault: string;
  fallback: T;
  /** @throws Error whose message says what the value must be */
  parse: (text: string) => T;
  /** Never printed. */
  isSecret?: boolean;
}

export const ROLES = ['all', 'orchestrator', 'worker'] as const;
export type Role = (typeof ROLES)[number];

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Every setting there is, in the order `--help` shows them. */
export const SETTINGS = {
  role: oneOf('ROLE', ROLES, 'all', 'What this process does: all, orchestrator or worker.'),
  host: text('HOST', '127.0.0.1', 'Address to listen on. Any address that others can reach needs API_KEY.'),
  port: integer('PORT', 8080, 0, 65_535, 'Port to listen on; 0 takes a free one.'),
  databaseUrl: databaseUrl(
    'DATABASE_URL',
    'PostgreSQL 16 or later; several hosts as libpq reads them (postgres://host1,host2/db). Unset: an embedded server, its data in DATA_DIR.',
  ),
  redisUrl: url(
    'REDIS_URL',
    ['redis:', 'rediss:', 'redis+sentinel:', 'rediss+sentinel:', 'redis+cluster:', 'rediss+cluster:'],
    'Redis 7 or later (redis+sentinel://host,host/master and redis+cluster://host,host too). Unset: the ready queue is PostgreSQL itself.',
  ),
  dataDir: text('DATA_DIR', './data', 'Where the embedded PostgreSQL keeps its data.'),
  apiKeys: secretList(
    'API_KEY',
    'Key that callers, workers and the dashboard must show; several, comma-separated, to change them without a stop. name=key says whose it is.',
  ),
  readOnlyApiKeys: secretList('READ_ONLY_API_KEY', 'Keys that may look at everything and change nothing.'),
  orchestratorUrl: url(
    'ORCHESTRATOR_URL',
    ['http:', 'https:'],
    'Where a worker finds its orchestrator. Default: http://127.0.0.1:PORT.',
  ),
  concurrency: integer('CONCURRENCY', 10, 1, 1000, 'How many jobs a worker runs at a time.'),
  prefetch: integer(
    'PREFETCH',
    1000,
    0,
    1000,
    'How many jobs beyond its slots a worker may hold ready, while jobs are short; 0: none.',
  ),
  queues: names('QUEUES', ['*'], 'Queues that a worker serves, comma-separated; * means all.'),
  handlers: text('HANDLERS', '', 'Folder or module with handlers of your own.'),
  workerName: text('WORKER_NAME', '', "A worker's name on the dashboard. Default: host name and process id."),
  shutdownSeconds: integer(
    'SHUTDOWN_SECONDS',
    25,
    0,
    3600,
    'How long a stopping worker lets its jobs finish before it gives them back.',
  ),
  databasePoolSize: integer('DATABASE_POOL_SIZE', 18, 6, 500, 'Connections to PostgreSQL in all of one orchestrator.'),
  redisPrefix: text('REDIS_PREFIX', 'jobs', 'Start of every Redis key.'),
  publicUrl: url(
    'PUBLIC_URL',
    ['http:', 'https:'],
    'Address under which browsers reach the dashboard, when a proxy stands in between.',
  ),
  leaseSeconds: number('LEASE_SECONDS', 15, 1, 3600, 'How long a lease lives without a heartbeat.'),
  heartbeatSeconds: number('HEARTBEAT_SECONDS', 5, 0.1, 600, 'How often workers send a heartbeat.'),
  offlineAfterSeconds: number('OFFLINE_AFTER_SECONDS', 15, 0.3, 3600, 'Silence after which a worker shows as OFFLINE.'),
  sweepSeconds: number('SWEEP_SECONDS', 1, 0.05, 60, 'How often the sweeps look for due jobs and expired leases.'),
  retentionDays: number(
    'RETENTION_DAYS',
    30,
    0,
    36_500,
    'How long ended jobs are kept, with their attempts and logs; 0 keeps them for ever.',
  ),
  bodyLimitMb: number('BODY_LIMIT_MB', 1, 0.01, 100, 'Largest request body.'),
  bulkBodyLimitMb: number('BULK_BODY_LIMIT_MB', 32, 0.01, 500, 'Largest body of POST /jobs/bulk and /jobs/report.'),
  payloadLimitKb: integer('PAYLOAD_LIMIT_KB', 256, 1, 100_000, 'Largest payload or result of one job.'),
  logLevel: oneOf('LOG_LEVEL', LOG_LEVELS, 'info', 'trace, debug, info, warn, error, fatal or silent.'),
  logFormat: oneOf(
    'LOG_FORMAT',
    ['auto', 'json', 'pretty'] as const,
    'auto',
    'json, pretty, or auto: pretty on a terminal.',
  ),
};

export type Settings = { readonly [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K]['fallback'] };

export function flagOf(setting: { variable: string }): string {
  return setting.variable.toLowerCase().replaceAll('_', '-');
}

function text(variable: string, fallback: string, help: string): Setting<string> {
  return { variable, help, fallback, shownDefault: fallback, parse: (value) => value };
}

function integer(variable: string, fallback: number, min: number, max: number, help: string): Setting<number> {
  return numeric(variable, fallback, min, max, help, `a whole number from ${min} to ${max}`, Number.isInteger);
}

function number(variable: string, fallback: number, min: number, max: number, help: string): Setting<number> {
  return numeric(variable, fallback, min, max, help, `a number from ${min} to ${max}`, Number.isFinite);
}

function numeric(
  variable: string,
  fallback: number,
  min: number,
  max: number,
  help: string,
  expected: string,
  accepts: (value: number) => boolean,
): Setting<number> {
  const parse = (value: string) => {
    const parsed = value.trim() === '' ? NaN : Number(value);
    if (!accepts(parsed) || parsed < min || parsed > max) throw new Error(`must be ${expected}`);
    return parsed;
  };
  return { variable, help, fallback, shownDefault: String(fallback), parse };
}

function oneOf<const T extends string>(variable: string, values: readonly T[], fallback: T, help: string): Setting<T> {
  const parse = (value: string) => {
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) throw new Error(`must be one of ${values.join(', ')}`);
    return found;
  };
  return { variable, help, fallback, shownDefault: fallback, parse };
}

function url(variable: string, protocols: string[], help: string): Setting<string | undefined> {
  const parse = (value: string) => {
    const expected = `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`;
    const protocol = protocols.find((candidate) => value.startsWith(`${candidate}//`));
    if (protocol === undefined) throw new Error(expected);
    // Sentinel and Cluster URLs name several hosts, which the URL class does not know.
    if (!protocol.includes('+') && !URL.canParse(value)) throw new Error(expected);
    return value;
  };
  return { variable, help, fallback: undefined, shownDefault: 'unset', parse, isSecret: true };
}

function databaseUrl(variable: string, help: string): Setting<string | undefined> {
  const parse = (value: string) => {
    readDatabaseUrl(value);
    return value;
  };
  return { variable, help, fallback: undefined, shownDefault: 'unset', parse, isSecret: true };
}

function names(variable: string, fallback: string[], help: string): Setting<string[]> {
  const parse = (value: string) => {
    const parts = value.split(',').map((part) => part.trim());
    if (parts.some((part) => part === '')) throw new Error('must be names separated by commas');
    return parts;
  };
  return { variable, help, fallback, shownDefault: fallback.join(','), parse };
}

/** What a caller must show. The name is for the record of who did what; null when none was given. */
export interface ApiKey {
  name: string | null;
  secret: string;
}

const MIN_SECRET_LENGTH = 16;
/** `name=secret`. The `=` at the end of a key in base64 is no separator: too little follows it. */
const NAMED_KEY = new RegExp(`^([A-Za-z][\\w.-]{0,31})=(.{${MIN_SECRET_LENGTH},})$`);

function secretList(variable: string, help: string): Setting<ApiKey[]> {
  const parse = (value: string) => {
    return value.split(',').map((part) => {
      const [, name = null, secret = part.trim()] = NAMED_KEY.exec(part.trim()) ?? [];
      if (secret.length < MIN_SECRET_LENGTH)
        throw new Error(`must be keys of at least ${MIN_SECRET_LENGTH} characters, separated by commas`);
      return { name, secret };
    });
  };
  return { variable, help, fallback: [], shownDefault: 'unset', parse, isSecret: true };
}
