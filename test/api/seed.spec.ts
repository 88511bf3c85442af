import { TestOrchestrator } from '../support/orchestrator.js';
import { until } from '../support/until.js';

/** Many requests in each test, on a machine that may be busy. */

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** The examples of the system that users come from, as they stand there. */
const EMAIL = {
  type: 'email',
  payload: { to: 'user@example.com', subject: 'Hello' },
  max_retries: 3,
  timeout_seconds: 30,
};

let orchestrator: TestOrchestrator;

beforeAll(async () => {
  orchestrator = await TestOrchestrator.start('redis');
});

afterAll(() => orchestrator.stop());

/** Takes the next job the way a client of the original would: nothing but its id. */
async function next(worker_id: string) {
  const { body } = await orchestrator.post<{ jobs: { id: string }[] }>('/jobs/next', { worker_id, wait_seconds: 5 });
  return body.jobs[0]!;
}

async function register(): Promise<string> {
  const { body } = await orchestrator.post<{ worker_id: string }>('/workers/register', { hostname: 'machine-1' });
  return body.worker_id;
}

describe('the jobs of the original API', () => {
  it('POST /jobs creates a job and answers it with every field of the example', async () => {
    const { status, body } = await orchestrator.post('/jobs', EMAIL);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: expect.stringMatching(UUID),
      type: 'email',
      status: 'PENDING',
      retry_count: 0,
      max_retries: 3,
      timeout_seconds: 30,
      created_at: expect.stringMatching(INSTANT),
      updated_at: expect.stringMatching(INSTANT),
    });
  });

  it('only the type is needed', async () => {
    const { status, body } = await orchestrator.post('/jobs', { type: 'report' });
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { max_retries: 3, timeout_seconds: 30, payload: null },
    });
  });

  it('GET /jobs lists with limit and offset, newest first', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift((await orchestrator.submit({ type: 'listed' })).id);
    const { status, body } = await orchestrator.get<{ jobs: { id: string }[] }>('/jobs?limit=2&offset=1');
    expect(status).toBe(200);
    expect(body.jobs.map(({ id }) => id)).toEqual(ids.slice(1, 3));
    expect((await orchestrator.get<{ jobs: object[] }>('/jobs')).body.jobs.length).toBeGreaterThanOrEqual(5);
  });

  it('GET /jobs/{id} answers the job with its payload, and 404 for an unknown one', async () => {
    const job = await orchestrator.submit(EMAIL);
    expect(await orchestrator.get(`/jobs/${job.id}`)).toMatchObject({ status: 200, body: { ...EMAIL, id: job.id } });
    const unknown = await orchestrator.get('/jobs/550e8400-e29b-41d4-a716-446655440000');
    expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'job_not_found' } } });
  });

  it('POST /jobs/next and /jobs/report take a job to SUCCESS with nothing but ids', async () => {
    await orchestrator.sql(`UPDATE jobs SET status = 'CANCELLED', finished_at = now() WHERE status = 'PENDING'`);
    const worker_id = await register();
    const job = await orchestrator.submit(EMAIL);
    expect((await next(worker_id)).id).toBe(job.id);
    expect(await orchestrator.job(job.id)).toMatchObject({ status: 'RUNNING', worker_id });
    const report = await orchestrator.post('/jobs/report', { job_id: job.id, worker_id, status: 'SUCCESS' });
    expect(report).toMatchObject({ status: 200, body: { results: [{ job_id: job.id, verdict: 'accepted' }] } });
    expect(await orchestrator.job(job.id)).toMatchObject({ status: 'SUCCESS', retry_count: 0, error: null });
  });

  it('a failure is RETRYING with its error kept, and DEAD when the retries are spent', async () => {
    const first = await register();
    const job = await orchestrator.submit({
      type: 'fail',
      max_retries: 1,
      backoff: { kind: 'fixed', base_seconds: 0, cap_seconds: 0 },
    });
    expect((await next(first)).id).toBe(job.id);
    await orchestrator.post('/jobs/report', { job_id: job.id, worker_id: first, status: 'FAILED', error: 'first' });
    expect(await orchestrator.job(job.id)).toMatchObject({
      status: expect.stringMatching(/RETRYING|PENDING/),
      retry_count: 1,
      error: 'first',
    });
    const second = await register();
    expect((await next(second)).id).toBe(job.id);
    await orchestrator.post('/jobs/report', { job_id: job.id, worker_id: second, status: 'FAILED', error: 'second' });
    expect(await orchestrator.job(job.id)).toMatchObject({
      status: 'DEAD',
      retry_count: 1,
      max_retries: 1,
      error: 'second',
    });
    expect(
      (await orchestrator.attempts(job.id)).map(({ attempt_number, status, error }) => ({
        attempt_number,
        status,
        error,
      })),
    ).toEqual([
      { attempt_number: 1, status: 'FAILED', error: 'first' },
      { attempt_number: 2, status: 'FAILED', error: 'second' },
    ]);
  });
});

describe('the workers of the original API', () => {
  it('register, send a heartbeat with nothing but their id, and are listed ONLINE', async () => {
    const registered = await orchestrator.post('/workers/register', { hostname: 'machine-2' });
    expect(registered).toMatchObject({
      status: 201,
      body: { worker_id: expect.stringMatching(UUID), heartbeat_seconds: 5, lease_seconds: 15 },
    });
    const { worker_id } = registered.body as { worker_id: string };
    expect(await orchestrator.post('/workers/heartbeat', { worker_id })).toMatchObject({
      status: 200,
      body: { status: 'ONLINE' },
    });
    const { body } = await orchestrator.get<{ workers: object[] }>('/workers');
    expect(body.workers).toContainEqual(
      expect.objectContaining({
        id: worker_id,
        hostname: 'machine-2',
        status: 'ONLINE',
        last_heartbeat: expect.stringMatching(INSTANT),
      }),
    );
  });

  it('are OFFLINE after 15 seconds of silence, and ONLINE with the next heartbeat', async () => {
    const worker_id = await register();
    await orchestrator.sql(`UPDATE workers SET last_heartbeat = now() - interval '14 seconds' WHERE id = $1`, [
      worker_id,
    ]);
    const statusOf = async () => (await orchestrator.get<{ status: string }>(`/workers/${worker_id}`)).body.status;
    expect(await statusOf()).toBe('ONLINE');
    await orchestrator.sql(`UPDATE workers SET last_heartbeat = now() - interval '15.1 seconds' WHERE id = $1`, [
      worker_id,
    ]);
    await until(async () => (await statusOf()) === 'OFFLINE');
    await orchestrator.post('/workers/heartbeat', { worker_id });
    expect(await statusOf()).toBe('ONLINE');
  });
});

describe('the tables of the original', () => {
  it.each([
    ['jobs', 'id', 'uuid', 'NO'],
    ['jobs', 'type', 'text', 'NO'],
    ['jobs', 'payload', 'jsonb', 'NO'],
    ['jobs', 'status', 'job_status', 'NO'],
    ['jobs', 'retry_count', 'int4', 'NO'],
    ['jobs', 'max_retries', 'int4', 'NO'],
    ['jobs', 'timeout_seconds', 'int4', 'NO'],
    ['jobs', 'worker_id', 'uuid', 'YES'],
    ['jobs', 'error', 'text', 'YES'],
    ['jobs', 'created_at', 'timestamptz', 'NO'],
    ['jobs', 'updated_at', 'timestamptz', 'NO'],
    ['workers', 'id', 'uuid', 'NO'],
    ['workers', 'hostname', 'text', 'NO'],
    ['workers', 'status', 'text', 'NO'],
    ['workers', 'last_heartbeat', 'timestamptz', 'NO'],
  ])('%s.%s is %s, nullable: %s', async (table, column, type, nullable) => {
    const columns = await orchestrator.sql(
      `SELECT udt_name AS type, is_nullable FROM information_schema.columns
       WHERE table_schema = 'public' AND table_name = $1 AND column_name = $2`,
      [table, column],
    );
    expect(columns).toEqual([{ type, is_nullable: nullable }]);
  });

  // A view: the database does not say of its columns which are never null.
  it.each([
    ['id', 'uuid'],
    ['job_id', 'uuid'],
    ['attempt_number', 'int4'],
    ['status', 'attempt_status'],
    ['error', 'text'],
    ['started_at', 'timestamptz'],
    ['finished_at', 'timestamptz'],
  ])('job_attempts.%s is %s', async (column, type) => {
    const columns = await orchestrator.sql(
      `SELECT udt_name AS type FROM information_schema.columns
       WHERE table_schema = 'public' AND table_name = 'job_attempts' AND column_name = $1`,
      [column],
    );
    expect(columns).toEqual([{ type }]);
  });

  it('jobs have the six statuses, and two more for what waits and what was cancelled', async () => {
    const labels = await orchestrator.sql<{ label: string }>(
      `SELECT unnest(enum_range(NULL::job_status))::text AS label`,
    );
    const names = labels.map(({ label }) => label);
    expect(names).toEqual(expect.arrayContaining(['PENDING', 'RUNNING', 'SUCCESS', 'FAILED', 'RETRYING', 'DEAD']));
    expect(
      names.filter((name) => !['PENDING', 'RUNNING', 'SUCCESS', 'FAILED', 'RETRYING', 'DEAD'].includes(name)).sort(),
    ).toEqual(['CANCELLED', 'SCHEDULED']);
  });
});
