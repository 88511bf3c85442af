import pg from 'pg';
import type { JobsAction } from '../../src/contract/action.dto.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';
import { insertJobs, type JobRow } from './job-rows.js';
import { startJobsApp, type JobsApp } from './jobs-app.js';

let postgres: TestDatabase;
let client: pg.Client;
let app: JobsApp;

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

beforeEach(() =>
  client.query(
    'TRUNCATE jobs, ready_jobs, past_attempts, claims, job_deltas, job_counts, job_events, job_actions CASCADE',
  ),
);

const times = (n: number, job: JobRow = {}) => Array.from({ length: n }, () => job);

async function act(body: object): Promise<JobsAction> {
  const answer = await app.post('/jobs/actions', body);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body as JobsAction;
}

const lookAt = async (token: string) => (await app.get(`/jobs/actions/${token}`)).body as JobsAction;

async function ended(token: string): Promise<JobsAction> {
  await until(async () => {
    const { state } = await lookAt(token);
    return state === 'done' || state === 'aborted';
  });
  return lookAt(token);
}

async function statuses(): Promise<Record<string, number>> {
  const { rows } = await client.query<{ status: string; n: string }>(
    'SELECT status, count(*) AS n FROM jobs GROUP BY status',
  );
  return Object.fromEntries(rows.map(({ status, n }) => [status, Number(n)]));
}

test('a plan changes nothing; its run does just the jobs it froze, and names them in the audit trail', async () => {
  const ids = await insertJobs(client, [
    ...times(3, { status: 'DEAD' }),
    ...times(2, { status: 'FAILED' }),
    { status: 'SUCCESS' },
  ]);
  const plan = await act({ action: 'retry', filter: { status: ['DEAD', 'FAILED'] }, dry_run: true });
  expect(plan).toMatchObject({ state: 'planned', total: 5, done: 0, skipped: 0, sample: ids.slice(0, 5).reverse() });
  expect(plan.by_status).toMatchObject({ DEAD: 3, FAILED: 2, SUCCESS: 0 });
  expect(await statuses()).toEqual({ DEAD: 3, FAILED: 2, SUCCESS: 1 });
  await insertJobs(client, [{ status: 'DEAD' }]);
  expect(await act({ token: plan.token })).toMatchObject({ state: 'running', total: 5 });
  expect(await ended(plan.token)).toMatchObject({ state: 'done', done: 5, skipped: 0 });
  expect(await statuses()).toEqual({ DEAD: 1, PENDING: 5, SUCCESS: 1 });
  expect((await app.get(`/jobs/${ids[0]}/events`)).body.events).toMatchObject([{ action: 'retry' }]);
});

test('jobs that changed since the plan, or do not exist, are skipped', async () => {
  const ids = await insertJobs(client, times(3));
  const plan = await act({ action: 'cancel', ids: [...ids, '0190f3c2-7b1e-7000-8000-000000000001'], dry_run: true });
  expect(plan.total).toBe(3);
  await app.post(`/jobs/${ids[0]}/cancel`);
  await act({ token: plan.token });
  expect(await ended(plan.token)).toMatchObject({ done: 2, skipped: 1 });
});

test('a plan runs once, however often it is asked for', async () => {
  await insertJobs(client, times(2, { status: 'DEAD' }));
  const { token } = await act({ action: 'delete', filter: {}, dry_run: true });
  await Promise.all([act({ token }), act({ token }), act({ token })]);
  expect(await ended(token)).toMatchObject({ state: 'done', done: 2, skipped: 0 });
  expect(await act({ token })).toMatchObject({ state: 'done', done: 2 });
  expect(await statuses()).toEqual({});
});

test('a plan of nothing is done at once', async () => {
  const { token } = await act({ action: 'cancel', filter: { type: 'nothing' } });
  expect(await ended(token)).toMatchObject({ state: 'done', total: 0, done: 0 });
});

test('thousands of jobs are done in chunks; an aborted action leaves the rest alone', async () => {
  await client.query('SET session_replication_role = replica');
  await client.query(
    `INSERT INTO jobs (id, type, queue, status) SELECT ('0fffffff-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'bulk', 'bulk', 'PENDING'
    FROM generate_series(1, 25000) n`,
  );
  const plan = await act({ action: 'cancel', filter: { type: 'bulk' }, dry_run: true });
  expect(plan.total).toBe(25_000);
  // Holds up the second chunk: the plan goes from the newest job to the oldest.
  await client.query('BEGIN');
  await client.query(
    `SELECT FROM jobs WHERE id = ('0fffffff-0000-7000-8000-' || lpad(to_hex(23500), 12, '0'))::uuid FOR UPDATE`,
  );
  await act({ token: plan.token });
  await until(async () => (await lookAt(plan.token)).done === 1000, 15_000);
  expect((await app.post(`/jobs/actions/${plan.token}/abort`)).body).toMatchObject({ state: 'aborted', done: 1000 });
  await client.query('COMMIT');
  await until(async () => (await lookAt(plan.token)).done === 2000, 15_000);
  expect(await statuses()).toEqual({ CANCELLED: 2000, PENDING: 23_000 });
  expect(await act({ token: plan.token })).toMatchObject({ state: 'aborted' });
});

test('jobs that wait move to another queue with their counts; the others are skipped, each with the reason', async () => {
  const ids = await insertJobs(client, [
    ...(['PENDING', 'RETRYING', 'SCHEDULED', 'PENDING'] as const).map((status) => ({
      status,
      queue: 'old',
      type: 'mail',
    })),
    { status: 'RUNNING', queue: 'old', type: 'mail' },
    { status: 'SUCCESS', queue: 'old', type: 'mail' },
    { status: 'PENDING', queue: 'new', type: 'mail' },
  ]);
  const { token } = await act({ action: 'move', queue: 'new', ids: ids, dry_run: true });
  await client.query('DELETE FROM jobs WHERE id = $1', [ids[3]]);
  await act({ token });
  expect(await ended(token)).toMatchObject({ state: 'done', queue: 'new', priority: null, done: 4, skipped: 3 });
  expect((await lookAt(token)).skips).toEqual([
    { job_id: ids[5], reason: 'The job is SUCCESS.' },
    { job_id: ids[4], reason: 'The job is RUNNING.' },
    { job_id: ids[3], reason: 'The job does not exist any more.' },
  ]);
  const { rows } = await client.query(
    'SELECT queue, array_agg(DISTINCT status::text ORDER BY status::text) AS statuses FROM jobs GROUP BY queue ORDER BY queue',
  );
  expect(rows).toEqual([
    { queue: 'new', statuses: ['PENDING', 'RETRYING', 'SCHEDULED'] },
    { queue: 'old', statuses: ['RUNNING', 'SUCCESS'] },
  ]);
  const counted = await client.query(
    `SELECT queue, from_status AS status, -n AS n FROM job_deltas WHERE to_status IS NULL ORDER BY queue, from_status`,
  );
  expect(counted.rows).toEqual([
    ...['SCHEDULED', 'PENDING', 'RETRYING'].map((status) => ({ queue: 'new', status, n: 1 })),
    ...['SCHEDULED', 'PENDING', 'RETRYING'].map((status) => ({ queue: 'old', status, n: -1 })),
  ]);
  expect((await app.get(`/jobs/${ids[0]}/events`)).body.events).toMatchObject([
    { action: 'move', detail: 'old → new' },
  ]);
  expect((await app.get(`/jobs/${ids[6]}/events`)).body.events).toEqual([]);
});

test('only the first hundred skipped jobs are named', async () => {
  const ids = await insertJobs(client, times(150, { status: 'DEAD' }));
  const { token } = await act({ action: 'prioritize', priority: -100, ids });
  const { skips, ...action } = await ended(token);
  expect(action).toMatchObject({ done: 0, skipped: 150, priority: -100 });
  expect(skips.map(({ job_id }) => job_id)).toEqual(ids.toReversed().slice(0, 100));
});

test('an action whose orchestrator is gone is taken over where it stopped', async () => {
  await insertJobs(client, times(5, { status: 'DEAD' }));
  const { token } = await act({ action: 'retry', filter: {}, dry_run: true });
  await client.query(
    `UPDATE job_actions SET state = 'running', touched_at = now() - interval '1 minute' WHERE token = $1`,
    [token],
  );
  expect(await ended(token)).toMatchObject({ state: 'done', done: 5 });
});

test('an action that another orchestrator is at is left to it', async () => {
  await insertJobs(client, times(2, { status: 'DEAD' }));
  const { token } = await act({ action: 'retry', filter: {}, dry_run: true });
  await client.query(`UPDATE job_actions SET state = 'running', touched_at = now() WHERE token = $1`, [token]);
  const other = await act({ action: 'cancel', filter: { type: 'nothing' } });
  await ended(other.token);
  expect(await lookAt(token)).toMatchObject({ state: 'running', done: 0 });
});

test.each([
  [{}, 'action'],
  [{ action: 'retry' }, 'filter'],
  [{ action: 'move', filter: {} }, 'queue'],
  [{ action: 'prioritize', filter: {}, queue: 'a' }, 'queue'],
  [{ action: 'prioritize', filter: {} }, 'priority'],
  [{ action: 'prioritize', filter: {}, priority: 101 }, 'priority'],
  [{ action: 'move', filter: {}, queue: 'no name!' }, 'queue'],
  [{ action: 'retry', filter: {}, ids: ['0190f3c2-7b1e-7000-8000-000000000001'] }, 'filter'],
  [{ action: 'retry', token: '0190f3c2-7b1e-4000-8000-000000000001' }, 'token'],
])('%j is refused', async (body, field) => {
  const answer = await app.post('/jobs/actions', body);
  expect([answer.status, answer.body.error.details[0].field]).toEqual([400, field]);
});

test('an unknown token is 404', async () => {
  const token = '0190f3c2-7b1e-4000-8000-000000000001';
  expect((await app.get(`/jobs/actions/${token}`)).status).toBe(404);
  expect((await app.post('/jobs/actions', { token })).status).toBe(404);
  expect((await app.post(`/jobs/actions/${token}/abort`)).status).toBe(404);
});
