import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../logger.js';
import { idsOf } from './account.js';
import { OWNER, type Cluster } from './cluster.js';
import { EmbeddedPostgresError, explained } from './embedded-postgres-error.js';
import { freePort } from './free-port.js';
import { commandLineOf, isAlive } from './process-identity.js';

/** A server process, as it writes itself into postmaster.pid. */
export interface Postmaster {
  pid: number;
  port: number;
}

const POLL_MS = 20;
const CONNECT_TIMEOUT_MS = 3000;
/** Replaying the log after a crash may take minutes on a slow disk. */
const READY_DEADLINE_MS = 300_000;
const START_TRIES = 5;
const LAST_LINES = 10;
const FAST_STOP_SECONDS = 20;
const IMMEDIATE_STOP_SECONDS = 5;
/** A port that was taken just now, or the last server's children, which end by themselves when they see it gone. */
const WORTH_ANOTHER_TRY =
  /Address already in use|could not create any TCP\/IP sockets|shared memory block .* still in use|lock file .* already exists/;
/** Of SQLSTATE: starting up, shutting down, and the like. */
const NOT_NOW = '57';

/**
 * Starts the server, or finds the one that a crash of this process left behind.
 * @param fixedPort where it has to listen; else a free port is taken
 * @throws EmbeddedPostgresError
 */
export async function startPostmaster(cluster: Cluster, logger: Logger, fixedPort?: number): Promise<Postmaster> {
  const left = await findLeft(cluster, logger);
  if (left.server) return left.server;
  for (let tries = 1; ; tries++) {
    const port = fixedPort ?? (await freePort());
    const server = await tryToStart(cluster, port, left.strangersPid);
    if (server) return server;
    const words = lastWords(cluster);
    if (tries === START_TRIES || !WORTH_ANOTHER_TRY.test(words)) throw explained('PostgreSQL did not start', words);
    await sleep(tries * 200);
  }
}

/** Lets transactions under way fail and ends; after a while, without tidying up. */
export async function stopPostmaster(cluster: Cluster, { pid }: Postmaster): Promise<void> {
  for (const [mode, seconds] of [
    ['fast', FAST_STOP_SECONDS],
    ['immediate', IMMEDIATE_STOP_SECONDS],
  ] as const) {
    if (!isAlive(pid)) return;
    await stopWith(cluster, mode, seconds);
  }
  if (isAlive(pid)) process.kill(pid, 'SIGKILL');
}

async function stopWith(cluster: Cluster, mode: string, seconds: number): Promise<void> {
  const options = ['stop', '-D', cluster.folder, '-m', mode, '-w', '-t', `${seconds}`];
  const child = spawn(cluster.programs.pgCtl, options, {
    cwd: '/',
    stdio: 'ignore',
    detached: true,
    ...idsOf(cluster.account),
  });
  await once(child, 'exit');
}

/** @returns the live server of this cluster; or the id of the stranger that has its old process id now */
async function findLeft(cluster: Cluster, logger: Logger): Promise<{ server?: Postmaster; strangersPid?: number }> {
  for (const endsAt = performance.now() + READY_DEADLINE_MS; ; await sleep(POLL_MS)) {
    const server = readPidFile(cluster);
    if (!server || !isAlive(server.pid)) return {};
    if (await isReady(cluster, server.port).catch(() => false)) {
      logger.warn({ pid: server.pid }, 'PostgreSQL was left running by a crash; going on with it');
      return { server };
    }
    if (!commandLineOf(server.pid).includes(cluster.folder)) return { strangersPid: server.pid };
    // It is still starting, or it stops just now.
    if (performance.now() > endsAt) {
      throw new EmbeddedPostgresError(
        `PostgreSQL was left running by a crash (process ${server.pid}) and does not answer. Stop it, then start again.`,
      );
    }
  }
}

/** @returns undefined when the server ended before it was ready */
async function tryToStart(cluster: Cluster, port: number, strangersPid?: number): Promise<Postmaster | undefined> {
  // Another user's is no obstacle: root may have started it last.
  rmSync(startLogOf(cluster), { force: true });
  const log = openSync(startLogOf(cluster), 'wx', 0o600);
  const child = spawn(cluster.programs.postgres, ['-D', cluster.folder, ...settings(port)], {
    cwd: '/',
    // A group of its own: Ctrl-C reaches the whole group of a terminal, and the server has to outlive those who use it.
    detached: true,
    stdio: ['ignore', log, log],
    // PostgreSQL takes any live process with the id in an old postmaster.pid for its predecessor, but for this one.
    env: strangersPid ? { PG_GRANDPARENT_PID: `${strangersPid}` } : {},
    ...idsOf(cluster.account),
  });
  closeSync(log);
  let hasEnded = false;
  child.once('exit', () => (hasEnded = true));
  child.once('error', () => (hasEnded = true));
  child.unref();
  const endsAt = performance.now() + READY_DEADLINE_MS;
  while (!hasEnded) {
    if (await isReady(cluster, port)) return { pid: child.pid!, port };
    if (performance.now() > endsAt) {
      child.kill('SIGQUIT');
      throw explained(`PostgreSQL was not ready within ${READY_DEADLINE_MS / 1000} s`, lastWords(cluster));
    }
    await sleep(POLL_MS);
  }
  return undefined;
}

function settings(port: number): string[] {
  const values = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '256MB',
    max_wal_size: '2GB',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // A day of logs in the data folder; no statement, and no detail that may quote a payload.
    logging_collector: 'on',
    log_directory: 'log',
    log_filename: 'postgresql-%H.log',
    log_rotation_age: '60min',
    log_truncate_on_rotation: 'on',
    log_checkpoints: 'off',
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/**
 * True once our own cluster answers there, with its database in place. A stranger on the port is not it.
 * @throws EmbeddedPostgresError when it answers, but can't be used
 */
async function isReady(cluster: Cluster, port: number): Promise<boolean> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: OWNER,
    password: cluster.password,
    database: 'postgres',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: 10 * CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ folder: string; has_database: boolean }>(
      `SELECT current_setting('data_directory') AS folder, EXISTS (SELECT FROM pg_database WHERE datname = '${OWNER}') AS has_database`,
    );
    if (!rows[0] || resolve(rows[0].folder) !== cluster.folder) return false;
    if (!rows[0].has_database) await client.query(`CREATE DATABASE ${OWNER}`);
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && !error.code?.startsWith(NOT_NOW)) {
      throw explained('PostgreSQL runs, but its database could not be opened', error.message, error);
    }
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function readPidFile(cluster: Cluster): Postmaster | undefined {
  try {
    const [pid, , , port] = readFileSync(join(cluster.folder, 'postmaster.pid'), 'utf8').split('\n');
    return Number(pid) > 0 ? { pid: Number(pid), port: Number(port) } : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Beside the cluster's folder and not in it: as root, nothing is written where another user could have laid a link. */
function startLogOf(cluster: Cluster): string {
  return `${cluster.folder}.start.log`;
}

/** What the server said at last, first on its error output and then in its log. */
function lastWords(cluster: Cluster): string {
  const startLog = startLogOf(cluster);
  const folder = join(cluster.folder, 'log');
  const logs = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const recent = logs.filter((log) => statSync(log).mtimeMs >= statSync(startLog).mtimeMs);
  return [startLog, ...recent]
    .flatMap((file) => readFileSync(file, 'utf8').trim().split('\n').slice(-LAST_LINES))
    .join('\n');
}
