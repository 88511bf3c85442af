import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { CHECKOUT, ProductProcess } from '../support/product-process.js';
import { until } from '../support/until.js';

jest.setTimeout(120_000);

let database: TestDatabase;
let pool: pg.Pool;
let url: string;

beforeAll(async () => {
  database = await createDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
  pool.on('error', () => undefined);
  url = await ProductProcess.start({
    role: 'orchestrator',
    port: 0,
    'database-url': database.url,
    'redis-url': process.env['TEST_REDIS_URL'],
    'redis-prefix': `test-${randomUUID()}`,
    'lease-seconds': 3,
    'heartbeat-seconds': 0.5,
  }).listening();
});
afterAll(async () => {
  await ProductProcess.killAll();
  await pool.end();
  await database.drop();
});

const count = async (condition: string) =>
  (await pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM jobs WHERE ${condition}`)).rows[0]!.n;

/** Counted here in another way than the handler does it. */
function countIndependently(folder: string): { files: number; lines: number; words: number } {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const texts = names.map((name) => readFileSync(join(folder, name), 'utf8'));
  const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);
  return {
    files: texts.length,
    lines: sum(texts.map((text) => text.split('\n').length - 1)),
    words: sum(texts.map((text) => text.split(/[^\p{L}]+/u).filter(Boolean).length)),
  };
}

test('every file of a real folder is counted once, although one of two workers is killed half-way', async () => {
  const folder = join(CHECKOUT, 'src');
  const submit = () =>
    ProductProcess.run([
      join(CHECKOUT, 'examples/submit-folder.mjs'),
      '--folder',
      folder,
      '--ending',
      '.ts',
      '--url',
      url,
    ]);
  const submitter = submit();
  const expected = countIndependently(folder);
  await until(async () => (await count('true')) === expected.files, 30_000);

  const startWorker = () =>
    ProductProcess.start({
      role: 'worker',
      'orchestrator-url': url,
      concurrency: 1,
      handlers: join(CHECKOUT, 'examples/handlers'),
    });
  const [doomed, survivor] = [startWorker(), startWorker()];
  await until(async () => (await count(`status = 'SUCCESS'`)) > 0, 60_000);
  await doomed.end('SIGKILL');
  expect(await submitter.ended).toBe(0);

  const { rows } = await pool.query(
    `SELECT count(*)::int AS files, sum((result ->> 'lines')::int)::int AS lines, sum((result ->> 'words')::int)::int AS words
    FROM jobs WHERE status = 'SUCCESS'`,
  );
  expect(rows).toEqual([expected]);
  expect(submitter.output.match(/^SUCCESS\t/gm)).toHaveLength(expected.files);

  // The keys are made of the files: submitting the same folder again makes no new job.
  const again = submit();
  expect(await again.ended).toBe(0);
  expect(again.output).toContain(`${expected.files} jobs, 0 of them new`);
  expect(await count('true')).toBe(expected.files);
  expect(await survivor.end('SIGTERM')).toBe(0);
});
