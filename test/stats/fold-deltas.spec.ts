import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { Database } from '../../src/platform/database/database.js';
import { FoldDeltas } from '../../src/stats/fold-deltas.js';
import { StatsReader } from '../../src/stats/stats-reader.js';
import { connected, createDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';
import { appendDeltas, appendError, rows, type Delta } from './deltas.js';

const logger = pino({ level: 'silent' });
const signal = new AbortController().signal;

let postgres: TestDatabase;
let one: Database;
let two: Database;

beforeEach(async () => {
  postgres = await createDatabase();
  one = new Database(postgres.url, 8, logger);
  two = new Database(postgres.url, 8, logger);
});

afterEach(async () => {
  await Promise.all([one.close(), two.close()]);
  await postgres.drop();
});

const LIFE: Delta[] = [
  { to: 'PENDING', n: 5 },
  { from: 'PENDING', to: 'RUNNING', ms: 20, n: 5 },
  { from: 'RUNNING', to: 'SUCCESS', ms: 100, n: 2 },
  { from: 'RUNNING', to: 'RETRYING', ms: 100 },
  { from: 'RUNNING', to: 'DEAD', ms: 100 },
  { from: 'DEAD' },
];

async function bucketsOf(seconds: number, scope: string, name: string): Promise<Record<string, number>> {
  const found = await rows<{ metric: string; n: number }>(
    one,
    'buckets',
    'SELECT metric, sum(n)::bigint AS n FROM job_buckets WHERE seconds = $1 AND scope = $2 AND name = $3 GROUP BY metric',
    [seconds, scope, name],
  );
  return Object.fromEntries(found.map(({ metric, n }) => [metric, n]));
}

async function leftOver(): Promise<number> {
  const [row] = await rows<{ n: number }>(one, 'left', 'SELECT count(*) AS n FROM job_deltas');
  return row!.n;
}

test('deltas become totals and history of all jobs, of the queue and of the type', async () => {
  await appendDeltas(one, LIFE);
  const fold = new FoldDeltas(one);
  await fold.run(signal);
  expect(await leftOver()).toBe(0);
  expect(await new StatsReader(one, fold).countJobs({ queue: 'mail' })).toMatchObject({
    PENDING: 0,
    RUNNING: 1,
    SUCCESS: 2,
    RETRYING: 1,
    DEAD: 0,
  });
  const history = { created: 5, started: 5, succeeded: 2, retried: 1, dead: 1, wait_time: 5, run_time: 4 };
  for (const seconds of [60, 900]) {
    expect(await bucketsOf(seconds, 'all', '')).toEqual(history);
    expect(await bucketsOf(seconds, 'queue', 'mail')).toEqual(history);
    expect(await bucketsOf(seconds, 'type', 'mail')).toEqual(history);
  }
  expect(await bucketsOf(15, 'all', '')).toEqual(history);
  expect(await bucketsOf(15, 'type', 'mail')).toEqual({});
});

test('counts are the same before, during and after the fold', async () => {
  await appendDeltas(one, LIFE);
  const fold = new FoldDeltas(one);
  const stats = new StatsReader(two, fold);
  const expected = { SCHEDULED: 0, PENDING: 0, RUNNING: 1, RETRYING: 1, SUCCESS: 2, FAILED: 0, DEAD: 0, CANCELLED: 0 };
  expect(await stats.countJobs({})).toEqual(expected);
  let isFolded = false;
  const folding = fold.run(signal).then(() => (isFolded = true));
  while (!isFolded) expect(await stats.countJobs({})).toEqual(expected);
  await folding;
  expect(await stats.countJobs({})).toEqual(expected);
  expect(await stats.countJobs({ type: 'other' })).toMatchObject({ SUCCESS: 0 });
});

test('two processes that fold at once, while jobs go on, count each delta exactly once', async () => {
  const appended = async () => {
    for (let round = 0; round < 20; round++) {
      await appendDeltas(
        one,
        Array.from({ length: 1000 }, (_, i) => ({ queue: `q${i % 50}`, to: 'PENDING' as const, n: 1 + (i % 3) })),
      );
    }
  };
  let isDone = false;
  const folding = [new FoldDeltas(one), new FoldDeltas(two)].map(async (fold) => {
    while (!isDone || (await leftOver()) > 0) await fold.run(signal);
  });
  await appended();
  isDone = true;
  await Promise.all(folding);
  const expected = 20 * Array.from({ length: 1000 }, (_, i) => 1 + (i % 3)).reduce((sum, n) => sum + n, 0);
  const [total] = await rows<{ n: number }>(one, 'total', 'SELECT sum(n)::bigint AS n FROM job_counts');
  expect(total!.n).toBe(expected);
  for (const seconds of [15, 60, 900]) expect((await bucketsOf(seconds, 'all', '')).created).toBe(expected);
  const [queues] = await rows<{ n: number }>(
    one,
    'queues',
    `SELECT sum(n)::bigint AS n FROM job_buckets WHERE seconds = 60 AND scope = 'queue' AND metric = 'created'`,
  );
  expect(queues!.n).toBe(expected);
});

test('a delta that somebody else folds just now is passed over, and is not lost when that fails', async () => {
  await appendDeltas(one, LIFE);
  const fold = new FoldDeltas(one);
  await connected(postgres.url, async (other) => {
    await other.query('BEGIN');
    await other.query(`DELETE FROM job_deltas WHERE to_status = 'SUCCESS'`);
    await fold.run(signal);
    expect(await leftOver()).toBe(1);
    await other.query('ROLLBACK');
  });
  await fold.run(signal);
  expect(await leftOver()).toBe(0);
  expect(await new StatsReader(one, fold).countJobs({})).toMatchObject({ SUCCESS: 2 });
});

test('history that no chart shows any more is dropped', async () => {
  const minutes = (n: number) => n * 60;
  await appendDeltas(one, [
    { to: 'PENDING', secondsAgo: minutes(1) },
    { to: 'PENDING', secondsAgo: minutes(40) },
    { to: 'PENDING', secondsAgo: minutes(8 * 60) },
    { to: 'PENDING', secondsAgo: minutes(9 * 24 * 60) },
  ]);
  await appendError(one, 'old', { secondsAgo: minutes(9 * 24 * 60) });
  await appendError(one, 'new');
  const fold = new FoldDeltas(one);
  await fold.run(signal);
  await fold.drop(signal);
  expect((await bucketsOf(15, 'all', '')).created).toBe(1);
  expect((await bucketsOf(60, 'queue', 'mail')).created).toBe(2);
  expect((await bucketsOf(900, 'all', '')).created).toBe(3);
  const groups = await rows<{ fingerprint: string }>(one, 'groups', 'SELECT fingerprint FROM error_groups');
  expect(groups).toEqual([{ fingerprint: 'new' }]);
  const errors = await rows<object>(one, 'error_buckets', 'SELECT FROM error_buckets');
  expect(errors).toHaveLength(3);
});

test('a fold told to stop stops between two batches', async () => {
  await appendDeltas(one, LIFE);
  await new FoldDeltas(one).run(AbortSignal.abort());
  expect(await leftOver()).toBe(LIFE.length);
});

test('what is below the horizon is not looked for, and what was late is found by the next full look', async () => {
  jest.useFakeTimers({ doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'queueMicrotask', 'clearTimeout'] });
  try {
    const fold = new FoldDeltas(one);
    await connected(postgres.url, async (late) => {
      await late.query('BEGIN');
      await late.query(`INSERT INTO job_deltas (queue, type, to_status, n) VALUES ('late', 'late', 'PENDING', 1)`);
      await appendDeltas(one, LIFE);
      await fold.run(signal);
      expect(fold.horizon).toBe(0);
      jest.advanceTimersByTime(61_000);
      await fold.run(signal);
      expect(fold.horizon).toBe(LIFE.length + 1);
      await late.query('COMMIT');
    });
    await fold.run(signal);
    expect(await leftOver()).toBe(1);
    jest.advanceTimersByTime(600_000);
    await fold.run(signal);
    expect(await leftOver()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});

test('a resolved group opens again only when it happens after it was resolved; a muted one stays muted', async () => {
  const fold = new FoldDeltas(one);
  const states = async () => {
    await fold.run(signal);
    const found = await rows<{ fingerprint: string; state: string; queues: string[]; message: string }>(
      one,
      'states',
      'SELECT fingerprint, state FROM error_groups ORDER BY 1',
    );
    return found.map(({ fingerprint, state }) => `${fingerprint} ${state}`);
  };
  for (const fingerprint of ['a', 'b']) await appendError(one, fingerprint, { secondsAgo: 10 });
  expect(await states()).toEqual(['a open', 'b open']);
  await rows(
    one,
    'set',
    `UPDATE error_groups SET state = CASE fingerprint WHEN 'a' THEN 'resolved' ELSE 'muted' END, state_changed_at = now()`,
  );
  for (const fingerprint of ['a', 'b']) await appendError(one, fingerprint, { secondsAgo: 5 });
  expect(await states()).toEqual(['a resolved', 'b muted']);
  await until(async () => {
    for (const fingerprint of ['a', 'b']) await appendError(one, fingerprint);
    return (await states()).includes('a open');
  });
  expect(await states()).toEqual(['a open', 'b muted']);
});

test('a group remembers its latest message and job, and the queues of its jobs', async () => {
  const jobs = [randomUUID(), randomUUID()];
  for (const [index, id] of jobs.entries()) {
    await rows(one, 'job', `INSERT INTO jobs (id, queue, type, status) VALUES ($1, $2, 'email', 'PENDING')`, [
      id,
      `q${index}`,
    ]);
  }
  await appendError(one, 'a', { jobId: jobs[0], message: 'first', secondsAgo: 60 });
  const fold = new FoldDeltas(one);
  await fold.run(signal);
  await appendError(one, 'a', { jobId: jobs[1], message: 'second' });
  await appendError(one, 'a', { message: 'of a job that is gone', secondsAgo: 1 });
  await fold.run(signal);
  const [group] = await rows<object>(
    one,
    'group',
    "SELECT *, last_seen_at - first_seen_at > interval '50 s' AS spans FROM error_groups",
  );
  expect(group).toMatchObject({ message: 'second', sample_job_id: jobs[1], queues: ['q0', 'q1'], spans: true });
});
