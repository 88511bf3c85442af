import { pino } from 'pino';
import { findReadyJobs } from '../../src/jobs/queries/ready-queries.js';
import { JobReadySource } from '../../src/jobs/ready-source.js';
import { Database } from '../../src/platform/database/database.js';
import type { ReadyJob } from '../../src/queue/ready-job.js';
import { connected, createDatabase, type TestDatabase } from '../support/postgres.js';

const JOBS = 20_000;
const PAGE = 1000;

let postgres: TestDatabase;
let database: Database;

beforeAll(async () => {
  postgres = await createDatabase();
  database = new Database(postgres.url, 8, pino({ level: 'silent' }));
  await connected(postgres.url, async (client) => {
    await client.query(
      `INSERT INTO jobs (id, queue, type, status, priority)
      SELECT gen_random_uuid(), CASE WHEN n % 10 = 0 THEN 'other' ELSE 'mail' END, 'mail', 'PENDING', CASE WHEN n % 50 = 1 THEN n % 7 - 3 ELSE 0 END
      FROM generate_series(1, $1::int) n`,
      [JOBS],
    );
    await client.query('VACUUM ANALYZE jobs');
  });
});
afterAll(async () => {
  await database.close();
  await postgres.drop();
});

test('the ready jobs of a queue come page by page, by priority and then in order of creation, each once', async () => {
  const source = new JobReadySource(database);
  const found: ReadyJob[] = [];
  for (let page = await source.readyJobs('mail', null, PAGE); page.length > 0;) {
    found.push(...page);
    page = await source.readyJobs('mail', page.at(-1)!, PAGE);
  }
  const expected = await connected(postgres.url, (client) =>
    client.query<{ id: string }>(`SELECT id FROM jobs WHERE queue = 'mail' ORDER BY priority DESC, id`),
  );
  expect(found.map((job) => job.id)).toEqual(expected.rows.map((row) => row.id));
});

test('the last page of a long queue costs what the first one does', async () => {
  const cost = (offset: number) =>
    connected(postgres.url, async (client) => {
      const { rows: places } = await client.query<{ id: string; priority: number }>(
        `SELECT id, priority FROM jobs WHERE queue = 'mail' AND priority = 0 ORDER BY id OFFSET $1 LIMIT 1`,
        [offset],
      );
      const { id, priority } = places[0]!;
      const { rows: plan } = await client.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
        `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${findReadyJobs.text}`,
        ['mail', priority, id, PAGE],
      );
      return plan[0]!['QUERY PLAN'][0].Plan['Shared Hit Blocks']!;
    });
  expect(await cost(15_000)).toBeLessThan(1.2 * (await cost(0)));
});
