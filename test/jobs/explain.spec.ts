import pg from 'pg';
import type { JobExplanation } from '../../src/contract/job.dto.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { insertJobs } from './job-rows.js';
import { startJobsApp, type JobsApp } from './jobs-app.js';

const UNKNOWN = '0190f3c2-7b1e-7000-8000-000000000001';

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

beforeEach(() => client.query('TRUNCATE jobs, ready_jobs, past_attempts, claims, workers, queues'));

const explained = async (id: string | undefined) => (await app.get(`/jobs/${id}/explain`)).body as JobExplanation;
const closed = ({ gates }: JobExplanation) => gates.filter((gate) => !gate.is_open).map(({ gate }) => gate);

async function addWorker(queues: string[], { status = 'ONLINE', state = 'active' } = {}): Promise<void> {
  await client.query(
    `INSERT INTO workers (id, hostname, status, last_heartbeat, queues, state, registered_at) VALUES (gen_random_uuid(), 'here', $1, now(), $2, $3, now())`,
    [status, queues, state],
  );
}

test('a ready job with all gates open names none', async () => {
  await addWorker(['*']);
  const [id] = await insertJobs(client, [{}]);
  const answer = await explained(id);
  expect(answer.gates.map(({ gate }) => gate)).toEqual([
    'run_at',
    'queue_paused',
    'concurrency_limit',
    'live_worker',
    'position',
  ]);
  expect([answer.status, closed(answer)]).toEqual(['PENDING', []]);
  expect(answer.summary).toMatch(/^Nothing stands in its way/);
});

test('jobs of higher priority, and older ones, go before it', async () => {
  await addWorker(['email']);
  const [, id] = await insertJobs(client, [{}, {}, { priority: 5 }, {}, { type: 'sms', priority: 9 }]);
  const answer = await explained(id);
  expect(closed(answer)).toEqual(['position']);
  expect(answer.summary).toBe('2 jobs go before it in queue email.');
});

test('a job that waits for its time says until when', async () => {
  await addWorker(['*']);
  const [scheduled, retrying] = await insertJobs(client, [{ status: 'SCHEDULED' }, { status: 'RETRYING' }]);
  expect((await explained(scheduled)).summary).toMatch(/^It is scheduled, until .*Z, in \d+ s\.$/);
  expect((await explained(retrying)).summary).toMatch(/^It failed and waits for retry 0 of 3/);
});

test('a paused queue, a limit and who holds it, and a lack of workers are each named', async () => {
  await addWorker(['email'], { state: 'draining' });
  await addWorker(['email'], { status: 'OFFLINE' });
  await addWorker(['sms']);
  const [running, id] = await insertJobs(client, [{ status: 'RUNNING' }, {}]);
  await client.query(`INSERT INTO queues (name, paused_at, concurrency_limit) VALUES ('email', now(), 1)`);
  const answer = await explained(id);
  expect(closed(answer)).toEqual(['queue_paused', 'concurrency_limit', 'live_worker']);
  const messages = Object.fromEntries(answer.gates.map(({ gate, message }) => [gate, message]));
  expect(messages['concurrency_limit']).toBe(`1 of at most 1 jobs of queue email run, held by ${running}.`);
  expect(messages['live_worker']).toBe('Every live worker that serves queue email is draining.');
  await client.query('DELETE FROM workers');
  expect((await explained(id)).gates.find(({ gate }) => gate === 'live_worker')!.message).toBe(
    'No live worker serves queue email.',
  );
});

test.each([
  ['RUNNING', /^It runs as attempt 1 /],
  ['SUCCESS', /^It succeeded in attempt 1 /],
  ['FAILED', /^It failed in attempt 1 /],
  ['DEAD', /all 3 retries are spent/],
  ['CANCELLED', /^It was cancelled /],
] as const)('a %s job has no gates but a story', async (status, summary) => {
  const [id] = await insertJobs(client, [{ status }]);
  const answer = await explained(id);
  expect([answer.status, answer.gates]).toEqual([status, []]);
  expect(answer.summary).toMatch(summary);
});

test('the audit trail says who did what, also after the job was deleted', async () => {
  const [id] = await insertJobs(client, [{}]);
  expect((await app.get(`/jobs/${id}/events`)).body).toEqual({ events: [] });
  await app.post(`/jobs/${id}/cancel`);
  await app.post('/jobs/actions', { action: 'delete', ids: [id], dry_run: true });
  await client.query('DELETE FROM jobs WHERE id = $1', [id]);
  expect((await app.get(`/jobs/${id}/events`)).body.events).toMatchObject([
    { action: 'cancel', detail: 'was PENDING' },
  ]);
});

test('an unknown job is 404', async () => {
  expect((await app.get(`/jobs/${UNKNOWN}/explain`)).body.error.code).toBe('job_not_found');
  expect((await app.get(`/jobs/${UNKNOWN}/events`)).body.error.code).toBe('job_not_found');
});
