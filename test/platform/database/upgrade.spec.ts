import { readFileSync, readdirSync } from 'node:fs';
import pg from 'pg';
import { createEmptyDatabase, type TestDatabase } from '../../support/postgres.js';

const FOLDER = new URL('../../../migrations/', import.meta.url);
/** The first migration that moves rows: leases go from attempts into jobs. */
const MOVES = '1790000000004';

const script = (stem: string, direction: 'up' | 'down') =>
  readFileSync(new URL(`${stem}.${direction}.sql`, FOLDER), 'utf8');
const stems = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.up.sql'))
  .map((file) => file.slice(0, -'.up.sql'.length))
  .sort();

const ATTEMPTS = `SELECT job_id, attempt_number, id, status, worker_id, lease_token, lease_expires_at, deadline_at, heard_at, progress,
  progress_message, error, started_at, finished_at FROM job_attempts ORDER BY job_id, attempt_number`;

/** A job of each kind as the tables before held it: ready, waiting, running for the second time, and succeeded. */
const JOBS_BEFORE = `
  SET session_replication_role = replica;
  INSERT INTO jobs (id, queue, type, status, attempt, wait_until, finished_at, worker_id, started_at) VALUES
    ('00000000-0000-7000-8000-000000000001', 'q', 't', 'PENDING', 0, NULL, NULL, NULL, NULL),
    ('00000000-0000-7000-8000-000000000002', 'q', 't', 'RETRYING', 1, now(), NULL, NULL, now()),
    ('00000000-0000-7000-8000-000000000003', 'q', 't', 'RUNNING', 2, NULL, NULL, '00000000-0000-7000-8000-0000000000ff', now()),
    ('00000000-0000-7000-8000-000000000004', 'q', 't', 'SUCCESS', 1, NULL, now(), '00000000-0000-7000-8000-0000000000ff', now());
  INSERT INTO job_attempts (job_id, attempt_number, id, worker_id, lease_token, lease_expires_at, deadline_at, poll_id, heard_at, progress, error,
    started_at, status, finished_at)
  SELECT j.id, a.n, gen_random_uuid(), '00000000-0000-7000-8000-0000000000ff', gen_random_uuid(), now(), now(),
    '00000000-0000-7000-8000-00000000aaaa', now(), 40,
    CASE WHEN a.status = 'FAILED' THEN 'boom' END, j.started_at, a.status::attempt_status, CASE WHEN a.status <> 'RUNNING' THEN now() END
  FROM jobs j JOIN (VALUES
    ('00000000-0000-7000-8000-000000000002'::uuid, 1, 'FAILED'),
    ('00000000-0000-7000-8000-000000000003', 1, 'FAILED'),
    ('00000000-0000-7000-8000-000000000003', 2, 'RUNNING'),
    ('00000000-0000-7000-8000-000000000004', 1, 'SUCCESS')) a (job_id, n, status) ON a.job_id = j.id;
  SET session_replication_role = origin`;

describe('an upgrade of a database that is in use', () => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await createEmptyDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    for (const stem of stems.filter((each) => each < MOVES)) await client.query(script(stem, 'up'));
    await client.query(JOBS_BEFORE);
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  it('keeps every attempt, knows what runs and what is ready, and can be taken back', async () => {
    const before = (await client.query(ATTEMPTS)).rows;
    expect(before).toHaveLength(4);
    const moving = stems.filter((each) => each >= MOVES);
    for (const stem of moving) await client.query(script(stem, 'up'));
    expect((await client.query(ATTEMPTS)).rows).toEqual(before);
    expect((await client.query('SELECT job_id, attempt, poll_id FROM live_leases')).rows).toEqual([
      {
        job_id: '00000000-0000-7000-8000-000000000003',
        attempt: 2,
        poll_id: '00000000-0000-7000-8000-00000000aaaa',
      },
    ]);
    expect((await client.query('SELECT id FROM ready_jobs')).rows).toEqual([
      { id: '00000000-0000-7000-8000-000000000001' },
    ]);

    for (const stem of moving.reverse()) await client.query(script(stem, 'down'));
    expect((await client.query(ATTEMPTS)).rows).toEqual(before);
    expect((await client.query('SELECT job_ids FROM poll_answers')).rows).toHaveLength(1);
  });
});
