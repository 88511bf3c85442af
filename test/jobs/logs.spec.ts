import pg from 'pg';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { LOSE_LEASE } from '../support/lose-lease.js';
import { insertJobs } from './job-rows.js';
import { startJobsApp, type JobsApp } from './jobs-app.js';

const UNKNOWN = '0190f3c2-7b1e-7000-8000-000000000001';

let postgres: TestDatabase;
let client: pg.Client;
let app: JobsApp;
let id: string;
let fence: { worker_id: string; attempt: number; lease_token: string };

beforeAll(async () => {
  postgres = await createDatabase();
  client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  app = await startJobsApp(postgres.url);
});

afterAll(async () => {
  await app.stop();
  await client.end();
  await postgres.drop();
});

beforeEach(async () => {
  [id = ''] = await insertJobs(client, [{ status: 'RUNNING' }]);
  const { rows } = await client.query(
    'SELECT worker_id, attempt_number AS attempt, lease_token FROM job_attempts WHERE job_id = $1',
    [id],
  );
  fence = rows[0];
});

const append = (count: number, change = {}) =>
  app.post(`/jobs/${id}/logs`, {
    ...fence,
    lines: Array.from({ length: count }, (_, i) => ({ message: `line ${i}` })),
    ...change,
  });

test('the lines of a running attempt come back in order, page by page', async () => {
  const at = '2026-01-02T03:04:05.678Z';
  const lines = [{ message: 'one', level: 'warn', at }, { message: 'two' }];
  expect((await append(0, { lines })).body).toEqual({ accepted: 2, is_full: false });
  await append(1);
  const first = (await app.get(`/jobs/${id}/logs?limit=2`)).body;
  expect(first.lines).toMatchObject([
    { attempt: 1, line: 1, level: 'warn', message: 'one', at },
    { attempt: 1, line: 2, level: 'info', message: 'two' },
  ]);
  const second = (await app.get(`/jobs/${id}/logs?limit=2&cursor=${first.next_cursor}`)).body;
  expect(second).toMatchObject({ lines: [{ line: 3, message: 'line 0' }], next_cursor: null });
  expect((await app.get(`/jobs/${id}/logs?attempt=2`)).body.lines).toEqual([]);
});

test('an attempt keeps 1,000 lines, also of calls at once, and says when it is full', async () => {
  const answers = await Promise.all([append(400), append(400), append(400)]);
  const accepted = answers.map((answer) => answer.body.accepted as number);
  expect(accepted.sort()).toEqual([200, 400, 400]);
  expect(answers.filter((answer) => answer.body.is_full)).toHaveLength(1);
  expect((await append(1)).body).toEqual({ accepted: 0, is_full: true });
  const { lines } = (await app.get(`/jobs/${id}/logs`)).body as { lines: { line: number }[] };
  expect(lines.map(({ line }) => line)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
});

test.each([['lease_token'], ['worker_id'], ['attempt']])('lines under another %s are refused', async (field) => {
  const answer = await append(1, { [field]: field === 'attempt' ? 2 : UNKNOWN });
  expect([answer.status, answer.body.error.code]).toEqual([409, 'lease_lost']);
  expect((await app.get(`/jobs/${id}/logs`)).body.lines).toEqual([]);
});

test('lines of an attempt that has ended are refused', async () => {
  await client.query(LOSE_LEASE, [id]);
  expect((await append(1)).body.error.code).toBe('lease_lost');
});

test('a call that waits while the attempt ends is refused', async () => {
  await client.query('BEGIN');
  await client.query(LOSE_LEASE, [id]);
  const waiting = append(1).then((answer) => answer.body.error.code as string);
  const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  const other = new pg.Client({ connectionString: postgres.url });
  await other.connect();
  while ((await other.query(waits)).rowCount === 0) await other.query('SELECT pg_sleep(0.01)');
  await other.end();
  await client.query('COMMIT');
  expect(await waiting).toBe('lease_lost');
});

test('an unknown job is 404, a foreign cursor 400', async () => {
  expect((await app.get(`/jobs/${UNKNOWN}/logs`)).body.error.code).toBe('job_not_found');
  expect((await app.post(`/jobs/${UNKNOWN}/logs`, { ...fence, lines: [{ message: 'x' }] })).body.error.code).toBe(
    'job_not_found',
  );
  expect((await app.get(`/jobs/${id}/logs?cursor=x`)).status).toBe(400);
});
