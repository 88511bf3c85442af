import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { connected, createDatabase, createEmptyDatabase } from '../support/postgres.js';
import { CHECKOUT, ProductProcess, type Flags, type ProcessOptions } from '../support/product-process.js';
import { tempFolder } from '../support/temp-folder.js';

jest.setTimeout(90_000);

afterEach(() => ProductProcess.killAll());

const folder = tempFolder('command-line');
afterAll(() => rmSync(folder, { recursive: true }));

/** What a process that ends by itself wrote, and its exit code. */
async function run(flags: Flags, options: ProcessOptions = {}) {
  const process = ProductProcess.start(flags, { cwd: folder, ...options });
  const code = await process.ended;
  return { code, output: process.output };
}

test('--help names every setting by flag and variable, and --version the version', async () => {
  const help = ProductProcess.run([join(CHECKOUT, 'dist/main'), '--help']);
  const version = ProductProcess.run([join(CHECKOUT, 'dist/main'), '--version']);
  expect([await help.ended, await version.ended]).toEqual([0, 0]);
  for (const word of ['--database-url', 'DATABASE_URL', '--role', 'REDIS_URL', '[8080]'])
    expect(help.output).toContain(word);
  expect(version.output).toBe(`${packageJson.version}\n`);
});

test.each<[string, Flags, Record<string, string>, string[]]>([
  ['flag that there is not', { prot: 1 }, {}, ["Unknown option '--prot'. See --help."]],
  ['role that there is not', { role: 'boss' }, {}, ['--role must be one of all, orchestrator, worker (it is "boss")']],
  [
    'wrong environment, all of it at once',
    {},
    { PORT: '99999', CONCURRENCY: 'many', LOG_LEVEL: 'loud' },
    [
      'PORT must be a whole number from 0 to 65535 (it is "99999")',
      'CONCURRENCY must be',
      'LOG_LEVEL must be one of trace',
    ],
  ],
  [
    'DATABASE_URL of another kind, without showing its password',
    { role: 'orchestrator' },
    { DATABASE_URL: 'mysql://root:hunter2@localhost/jobs' },
    ['DATABASE_URL must be a URL that starts with postgres://'],
  ],
  [
    'address that others can reach without API_KEY',
    { role: 'orchestrator', port: 0 },
    { HOST: '0.0.0.0' },
    ['HOST 0.0.0.0 can be reached by others: set API_KEY'],
  ],
  [
    'folder of handlers that is not there',
    { role: 'worker', handlers: '/nowhere' },
    {},
    ['HANDLERS /nowhere does not exist.'],
  ],
  [
    'PostgreSQL that is not there',
    { role: 'orchestrator', port: 0, 'database-url': 'postgres://user:hunter2@127.0.0.1:1/jobs' },
    {},
    ['PostgreSQL at 127.0.0.1:1 (database jobs)', 'Check DATABASE_URL'],
  ],
])('a %s is refused in words that name it', async (_what, flags, env, words) => {
  const { code, output } = await run(flags, { env });
  expect(code).toBe(1);
  for (const word of words) expect(output).toContain(word);
  expect(output).not.toContain('hunter2');
  expect(output).not.toContain('    at ');
});

test('a port that is taken is refused in words that name it', async () => {
  const database = await createDatabase();
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { code, output } = await run({ role: 'orchestrator', port, 'database-url': database.url });
  expect(code).toBe(1);
  expect(output).toContain(`PORT ${port} of HOST 127.0.0.1 can't be used: another program listens there.`);
  expect(output).not.toContain('    at ');
  other.close();
  await database.drop();
});

test('settings come from .env, which the environment overrules, which the flags overrule', async () => {
  const database = await createDatabase();
  const cwd = tempFolder('dot-env');
  writeFileSync(
    join(cwd, '.env'),
    `# how this one is set up\nROLE=orchestrator\nDATABASE_URL="${database.url}"\nPORT=1\nLOG_LEVEL=fatal\nAPI_KEY=a-key-that-only-this-file-knows\n`,
  );
  const process = ProductProcess.start({ port: 0 }, { cwd, env: { LOG_LEVEL: 'info' } });
  const url = await process.listening();
  const listJobs = (key: string) => fetch(`${url}/jobs`, { headers: { authorization: `Bearer ${key}` } });
  expect((await listJobs('a-key-that-only-this-file-knows')).status).toBe(200);
  expect((await listJobs('a-key-that-nobody-ever-knew')).status).toBe(401);
  expect(await process.end('SIGTERM')).toBe(0);
  rmSync(cwd, { recursive: true });
  await database.drop();
});

test('npm run migrate brings an empty database up to date, once', async () => {
  const database = await createEmptyDatabase();
  const migrate = () => run({}, { program: join(CHECKOUT, 'dist/migrate.js'), env: { DATABASE_URL: database.url } });
  expect(packageJson.scripts.migrate).toBe('node dist/migrate.js');
  expect(await migrate()).toMatchObject({ code: 0, output: expect.stringMatching(/^Ran .*jobs/) as string });
  expect(await migrate()).toEqual({ code: 0, output: 'The database is up to date.\n' });
  const { rows } = await connected(database.url, (client) => client.query('SELECT count(*)::int AS n FROM jobs'));
  expect(rows).toEqual([{ n: 0 }]);
  expect(await run({}, { program: join(CHECKOUT, 'dist/migrate.js') })).toMatchObject({
    code: 1,
    output: expect.stringContaining('DATABASE_URL is unset') as string,
  });
  await database.drop();
});
