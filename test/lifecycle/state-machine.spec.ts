import {
  backoffSeconds,
  JOB_STATUSES,
  MAX_UNDELIVERED,
  settle,
  TRANSITIONS,
  type AttemptOutcome,
  type Budgets,
  type JobStatus,
} from '../../src/contract/job-state.js';
import { LOSE_LEASE } from '../support/lose-lease.js';
import { connected, createDatabase, type TestDatabase } from '../support/postgres.js';

const FRESH: Budgets = {
  retry_count: 0,
  max_retries: 3,
  lost_count: 0,
  max_lost: 3,
  undelivered_count: 0,
  cancel_requested: false,
  backoff: { kind: 'fixed', base_seconds: 7, cap_seconds: 100 },
};
const FAILED: AttemptOutcome = { status: 'FAILED', retryable: true };
const noJitter = () => 1;

describe('settling an attempt', () => {
  test('a failure is retried after the backoff while retries are left, then the job is dead', () => {
    expect(settle(FRESH, FAILED, noJitter)).toMatchObject({ status: 'RETRYING', retry_count: 1, waitSeconds: 7 });
    expect(settle({ ...FRESH, retry_count: 3 }, FAILED, noJitter)).toMatchObject({
      status: 'DEAD',
      retry_count: 3,
      dead_reason: 'retries_exhausted',
    });
  });

  test('a failure that a retry cannot help ends the job as failed', () => {
    expect(settle(FRESH, { status: 'FAILED', retryable: false }, noJitter)).toMatchObject({
      status: 'FAILED',
      retry_count: 0,
    });
  });

  test('the wait that the worker asks for wins over the backoff', () => {
    expect(settle(FRESH, { ...FAILED, retryAfterSeconds: 42 }, noJitter)).toMatchObject({ waitSeconds: 42 });
  });

  test('a crash is charged to its own budget, and past it the job is poison', () => {
    const lost: AttemptOutcome = { status: 'LOST', heard: true };
    expect(settle(FRESH, lost, noJitter)).toMatchObject({
      status: 'PENDING',
      attemptStatus: 'LOST',
      lost_count: 1,
      retry_count: 0,
    });
    expect(settle({ ...FRESH, lost_count: 3 }, lost, noJitter)).toMatchObject({
      status: 'DEAD',
      dead_reason: 'poison',
      lost_count: 3,
    });
  });

  test('a lease that never reached its worker is charged to neither budget, but not for ever', () => {
    const undelivered: AttemptOutcome = { status: 'LOST', heard: false };
    expect(settle(FRESH, undelivered, noJitter)).toMatchObject({
      status: 'PENDING',
      attemptStatus: 'RELEASED',
      lost_count: 0,
    });
    expect(settle({ ...FRESH, undelivered_count: MAX_UNDELIVERED }, undelivered, noJitter)).toMatchObject({
      status: 'DEAD',
      dead_reason: 'poison',
    });
  });

  test.each<[string, AttemptOutcome, JobStatus]>([
    ['a failure', FAILED, 'CANCELLED'],
    ['a crash', { status: 'LOST', heard: true }, 'CANCELLED'],
    ['a release', { status: 'RELEASED' }, 'CANCELLED'],
    ['a time limit', { status: 'TIMED_OUT', retryable: true }, 'CANCELLED'],
    ['a success', { status: 'SUCCESS' }, 'SUCCESS'],
  ])('once a cancel was asked for, %s ends the job', (_name, outcome, status) => {
    expect(settle({ ...FRESH, cancel_requested: true }, outcome, noJitter)?.status).toBe(status);
  });

  test('a worker cannot cancel what nobody asked to cancel', () => {
    expect(settle(FRESH, { status: 'CANCELLED' }, noJitter)).toBeNull();
  });

  test('every outcome leads along an edge of the table', () => {
    const outcomes: AttemptOutcome[] = [
      FAILED,
      { status: 'FAILED', retryable: false },
      { status: 'TIMED_OUT', retryable: true },
      { status: 'LOST', heard: true },
      { status: 'LOST', heard: false },
      { status: 'SUCCESS' },
      { status: 'RELEASED' },
      { status: 'CANCELLED' },
    ];
    for (const outcome of outcomes) {
      for (const spent of [false, true]) {
        for (const cancel_requested of [false, true]) {
          const budgets = {
            ...FRESH,
            cancel_requested,
            ...(spent && { retry_count: 3, lost_count: 3, undelivered_count: 10 }),
          };
          const settlement = settle(budgets, outcome, noJitter);
          if (settlement) expect(TRANSITIONS.RUNNING).toContain(settlement.status);
        }
      }
    }
  });
});

describe('the backoff', () => {
  const policy = { kind: 'exponential', base_seconds: 2, cap_seconds: 60 } as const;

  test('doubles to its cap, fully jittered', () => {
    expect([1, 2, 3, 6, 50].map((retry) => backoffSeconds(policy, retry, () => 1))).toEqual([2, 4, 8, 60, 60]);
    expect(backoffSeconds(policy, 3, () => 0)).toBe(0);
    expect(backoffSeconds(policy, 3, () => 0.5)).toBe(4);
  });

  test('a linear one grows by its base, a fixed one is exact', () => {
    expect(backoffSeconds({ ...policy, kind: 'linear' }, 3, () => 1)).toBe(6);
    expect(backoffSeconds({ ...policy, kind: 'fixed' }, 9, () => 0)).toBe(2);
  });
});

describe('the database', () => {
  let database: TestDatabase;
  beforeAll(async () => (database = await createDatabase()));
  afterAll(() => database.drop());

  /** A row that satisfies every CHECK of its status. */
  const columnsOf = (status: JobStatus) => ({
    finished_at: ['SUCCESS', 'FAILED', 'DEAD', 'CANCELLED'].includes(status) ? 'now()' : 'NULL',
    wait_until: ['SCHEDULED', 'RETRYING'].includes(status) ? 'now()' : 'NULL',
    dead_reason: status === 'DEAD' ? "'retries_exhausted'" : 'NULL',
    lease_uuid: status === 'RUNNING' ? "'00000000-0000-7000-8000-00000000000a'" : 'NULL',
    lease_time: status === 'RUNNING' ? 'now()' : 'NULL',
  });

  test('refuses exactly the edges that the table does not have', async () => {
    const refused: string[] = [];
    const allowed: string[] = [];
    await connected(database.url, async (client) => {
      for (const from of JOB_STATUSES) {
        for (const to of JOB_STATUSES) {
          await client.query('BEGIN');
          await client.query('SET LOCAL session_replication_role = replica');
          const at = columnsOf(from);
          await client.query(
            `INSERT INTO jobs (id, queue, type, status, max_retries, finished_at, wait_until, dead_reason,
               attempt_id, worker_id, lease_token, lease_expires_at, deadline_at, started_at)
             VALUES (gen_random_uuid(), 'q', 't', '${from}', 0, ${at.finished_at}, ${at.wait_until}, ${at.dead_reason},
               ${at.lease_uuid}, ${at.lease_uuid}, ${at.lease_uuid}, ${at.lease_time}, ${at.lease_time}, ${at.lease_time})`,
          );
          await client.query('SET LOCAL session_replication_role = origin');
          const then = columnsOf(to);
          const grows = from === 'PENDING' && to === 'RUNNING' ? 1 : 0;
          const update = client.query(
            `UPDATE jobs SET status = '${to}', attempt = attempt + ${grows}, finished_at = ${then.finished_at},
             wait_until = ${then.wait_until}, dead_reason = ${then.dead_reason}, attempt_id = ${then.lease_uuid},
             worker_id = ${then.lease_uuid}, lease_token = ${then.lease_uuid}, lease_expires_at = ${then.lease_time},
             deadline_at = ${then.lease_time}, started_at = ${then.lease_time}`,
          );
          await update.then(
            () => allowed.push(`${from} -> ${to}`),
            () => refused.push(`${from} -> ${to}`),
          );
          await client.query('ROLLBACK');
        }
      }
    });
    const edges = JOB_STATUSES.flatMap((from) => TRANSITIONS[from].map((to) => `${from} -> ${to}`));
    const unchanged = JOB_STATUSES.map((status) => `${status} -> ${status}`);
    expect(allowed.sort()).toEqual([...edges, ...unchanged].sort());
    expect(refused).toHaveLength(JOB_STATUSES.length ** 2 - allowed.length);
  });

  test('refuses a job that runs without a lease, another lease while an attempt lasts, and a change to one that has ended', async () => {
    await connected(database.url, async (client) => {
      const id = '00000000-0000-7000-8000-000000000001';
      await client.query(`INSERT INTO jobs (id, queue, type, status) VALUES ('${id}', 'q', 't', 'PENDING')`);
      const run = (lease: string) =>
        client.query(
          `UPDATE jobs SET status = 'RUNNING', attempt = 1, attempt_id = id, worker_id = id, lease_token = ${lease},
             lease_expires_at = now(), deadline_at = now(), started_at = now()`,
        );
      await expect(run('NULL')).rejects.toThrow(/jobs_lease/);
      await run('id');
      await expect(client.query('UPDATE jobs SET lease_token = gen_random_uuid()')).rejects.toThrow(/may not go from/);
      await expect(client.query('UPDATE jobs SET lease_token = NULL')).rejects.toThrow(/jobs_lease/);
      await client.query(LOSE_LEASE, [id]);
      await expect(client.query(`UPDATE past_attempts SET status = 'FAILED'`)).rejects.toThrow(/has ended/);
    });
  });
});
