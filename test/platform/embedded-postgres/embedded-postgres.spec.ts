import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../../src/platform/embedded-postgres/embedded-postgres.js';
import { connected, urlOf } from '../../support/postgres.js';
import { tempFolder } from '../../support/temp-folder.js';
import { until } from '../../support/until.js';

const logger = pino({ level: 'silent' });
let dataDir: string;
let running: EmbeddedPostgres[];
let holders: ChildProcess[];

beforeEach(() => {
  dataDir = tempFolder('embedded');
  running = [];
  holders = [];
});

afterEach(async () => {
  holders.forEach((holder) => holder.kill('SIGKILL'));
  await Promise.all(running.map((server) => server.stop()));
  killAll(postmasterPid());
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, logger });
  running.push(server);
  return server;
}

/** Starts it in a process of its own. */
async function startElsewhere(): Promise<{ holder: ChildProcess; url: string }> {
  const holder = spawn(
    process.execPath,
    ['--import', './test/support/typescript.mjs', join(__dirname, 'hold.ts'), dataDir],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  holders.push(holder);
  const [url] = (await once(createInterface(holder.stdout), 'line')) as [string];
  return { holder, url };
}

async function killElsewhere(holder: ChildProcess): Promise<void> {
  holder.kill('SIGKILL');
  await once(holder, 'exit');
}

function postmasterPid(): number | undefined {
  const file = join(dataDir, 'postgres', 'postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : undefined;
}

/** The server and its children. */
function killAll(pid: number | undefined): void {
  if (pid) spawnSync('sh', ['-c', `kill -9 $(ps -o pid= --ppid ${pid}) ${pid} 2>/dev/null`]);
}

function processes(): string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(dataDir));
}

const write = (url: string) => connected(url, (client) => client.query('CREATE TABLE kept AS SELECT 42 AS answer'));
const read = (url: string) =>
  connected(url, async (client) => (await client.query<{ answer: number }>('SELECT answer FROM kept')).rows[0]?.answer);

test('the first start makes a database that only its password opens, and listens on this machine only', async () => {
  const { url } = await start();
  await connected(url, async (client) => {
    const { rows } = await client.query(
      `SELECT current_user AS role, current_database() AS database, current_setting('listen_addresses') AS listens,
              current_setting('unix_socket_directories') AS sockets, current_setting('fsync') AS fsync`,
    );
    expect(rows[0]).toEqual({
      role: 'orchestrator',
      database: 'orchestrator',
      listens: '127.0.0.1',
      sockets: '',
      fsync: 'on',
    });
  });
  const withoutPassword = Object.assign(new URL(url), { password: 'guessed' }).href;
  await expect(connected(withoutPassword, async () => undefined)).rejects.toThrow(/password authentication failed/);
  expect(statSync(join(dataDir, 'postgres')).mode & 0o777).toBe(0o700);
  expect(statSync(join(dataDir, 'postgres', 'orchestrator.password')).mode & 0o777).toBe(0o600);
});

test('stop leaves no process, and the next start has the data', async () => {
  const first = await start();
  await write(first.url);
  await first.stop();
  running = [];
  expect(processes()).toEqual([]);
  const second = await start();
  expect(await read(second.url)).toBe(42);
});

test('a second start on the same folder is refused, naming the process that has it', async () => {
  await start();
  await expect(startEmbeddedPostgres({ dataDir, logger })).rejects.toThrow(
    new RegExp(`in use by process ${process.pid} .*DATABASE_URL`, 's'),
  );
});

test('of two starts at once on a new folder one wins and the other is told so', async () => {
  const outcomes = await Promise.allSettled([start(), start()]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('after kill -9 of everything the next start recovers what was committed', async () => {
  const { holder, url } = await startElsewhere();
  await write(url);
  await killElsewhere(holder);
  killAll(postmasterPid());
  expect(await read((await start()).url)).toBe(42);
}, 30_000);

test('a server that outlived its starter is gone on with, and stopped in the end', async () => {
  const { holder, url } = await startElsewhere();
  await killElsewhere(holder);
  const server = await start();
  expect(server.url).toBe(url);
  await server.stop();
  running = [];
  expect(processes()).toEqual([]);
}, 30_000);

test('a server that dies comes back under the same URL', async () => {
  const { url } = await start();
  await write(url);
  const died = postmasterPid()!;
  killAll(died);
  expect(await until(() => read(url), 10_000)).toBe(42);
  expect(postmasterPid()).not.toBe(died);
});

test('an old process id that belongs to someone else by now does not keep it from starting', async () => {
  const first = await start();
  const pidFile = join(dataDir, 'postgres', 'postmaster.pid');
  const left = readFileSync(pidFile, 'utf8').split('\n');
  await first.stop();
  running = [];
  const { uid, gid } = statSync(join(dataDir, 'postgres'));
  const stranger = spawn('sleep', ['60'], { uid, gid, cwd: '/' });
  try {
    writeFileSync(pidFile, [stranger.pid, ...left.slice(1)].join('\n'));
    const { url } = await start();
    await connected(urlOf(url, 'postgres'), (client) => client.query('SELECT 1'));
  } finally {
    stranger.kill('SIGKILL');
  }
});

test('a start that was killed while it made the database is made up for', async () => {
  const first = await start();
  await first.stop();
  running = [];
  // As initdb leaves it when it is killed.
  spawnSync('mv', [join(dataDir, 'postgres'), join(dataDir, 'postgres.partial')]);
  rmSync(join(dataDir, 'postgres.partial', 'PG_VERSION'));
  await connected((await start()).url, (client) => client.query('SELECT 1'));
});

test('data of another major version is refused with what to do', async () => {
  const first = await start();
  await first.stop();
  running = [];
  writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '15\n');
  await expect(start()).rejects.toThrow(/holds data of PostgreSQL 15, .*DATABASE_URL .*DATA_DIR/s);
  expect(existsSync(join(dataDir, 'lock'))).toBe(false);
});

test('a folder that can not be made is named', async () => {
  writeFileSync(join(dataDir, 'file'), '');
  const start = startEmbeddedPostgres({ dataDir: join(dataDir, 'file', 'data'), logger });
  await expect(start).rejects.toThrow(/The data folder .*file\/data can't be used/);
});

test('a server that can not start says why in its own words', async () => {
  const first = await start();
  await first.stop();
  running = [];
  writeFileSync(join(dataDir, 'postgres', 'postgresql.auto.conf'), "shared_buffers = 'much'\n");
  writeFileSync(join(dataDir, 'postgres', 'postgresql.conf'), "no_such_setting = 'x'\n");
  await expect(start()).rejects.toThrow(/PostgreSQL did not start\..*no_such_setting/s);
});
