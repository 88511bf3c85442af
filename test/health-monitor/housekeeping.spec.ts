import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { Housekeeping } from '../../src/health-monitor/housekeeping.js';
import { JobStore } from '../../src/jobs/job-store.js';
import { Database } from '../../src/platform/database/database.js';
import type { WorkerRegistry } from '../../src/workers/worker-registry.js';
import { connected, createDatabase, type TestDatabase } from '../support/postgres.js';

const OLD = '0190f3c2-7b1e-7000-8000-00000000000';
const logger = pino({ level: 'silent' });
let tables: TestDatabase;
let database: Database;

beforeEach(async () => {
  tables = await createDatabase();
  database = new Database(tables.url, 6, logger);
});

afterEach(async () => {
  await database.close();
  await tables.drop();
});

function housekeeping(retentionDays: number): Housekeeping {
  const store = new JobStore(database, { leaseSeconds: 15 });
  return new Housekeeping(database, store, {} as WorkerRegistry, { retentionDays }, logger);
}

const sql = (text: string, values: unknown[] = []) =>
  connected(tables.url, async (client) => (await client.query<Record<string, unknown>>(text, values)).rows);

/** A job that is as old as its id, and ended so many days ago; null: it waits still. */
async function addJob(id: string, endedDaysAgo: number | null): Promise<void> {
  await sql(`INSERT INTO jobs (id, queue, type, status) VALUES ($1, 'q', 't', 'PENDING')`, [id]);
  if (endedDaysAgo === null) return;
  await sql(`UPDATE jobs SET status = 'CANCELLED', finished_at = now() - make_interval(days => $2) WHERE id = $1`, [
    id,
    endedDaysAgo,
  ]);
}

const jobIds = async () => (await sql('SELECT id FROM jobs ORDER BY id')).map(({ id }) => id);

test('ended jobs go when they have been kept long enough, with all that belongs to them; the others stay', async () => {
  await addJob(`${OLD}1`, 31);
  await addJob(`${OLD}2`, 29);
  await addJob(`${OLD}3`, null);
  await sql(`INSERT INTO job_logs VALUES ($1, 1, 1, 'info', 'line', now())`, [`${OLD}1`]);
  await housekeeping(30).forgetEndedJobs();
  expect(await jobIds()).toEqual([`${OLD}2`, `${OLD}3`]);
  expect(await sql('SELECT FROM job_logs')).toEqual([]);
  expect(await sql('SELECT job_id, action, actor FROM job_events')).toEqual([
    { job_id: `${OLD}1`, action: 'delete', actor: 'retention' },
  ]);
});

test('without a limit nothing goes', async () => {
  await addJob(`${OLD}1`, 10_000);
  await housekeeping(0).forgetEndedJobs();
  expect(await jobIds()).toEqual([`${OLD}1`]);
});

test('what was done to a job is kept as long as the job, and then as long again', async () => {
  await addJob(`${OLD}1`, null);
  const gone = randomUUID();
  for (const [id, daysAgo] of [
    [`${OLD}1`, 400],
    [gone, 31],
    [gone, 29],
  ] as const) {
    await sql(`INSERT INTO job_events (job_id, action, at) VALUES ($1, 'cancel', now() - make_interval(days => $2))`, [
      id,
      daysAgo,
    ]);
  }
  await housekeeping(30).forgetEvents();
  expect((await sql('SELECT job_id FROM job_events ORDER BY id')).map(({ job_id }) => job_id)).toEqual([
    `${OLD}1`,
    gone,
  ]);
});
