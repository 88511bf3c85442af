import { randomUUID } from 'node:crypto';
import request from 'supertest';
import type { Timeseries } from '../../src/contract/stats.dto.js';
import { CountsPublisher } from '../../src/stats/counts-publisher.js';
import { startLiveApp, type LiveApp } from '../events/live-app.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';
import { appendDeltas, appendError, insertJobRow, rows } from './deltas.js';

let postgres: TestDatabase;
let app: LiveApp;

beforeEach(async () => {
  postgres = await createDatabase();
  app = await startLiveApp({ databaseUrl: postgres.url, sweepSeconds: 0.05 });
});

afterEach(async () => {
  await app.stop();
  await postgres.drop();
});

async function get<T>(path: string): Promise<T> {
  const answer = await request(app.url).get(path).expect(200);
  return answer.body as T;
}

const folded = () =>
  until(
    async () =>
      (await rows(app.database, 'left', 'SELECT FROM job_deltas UNION ALL SELECT FROM error_deltas')).length === 0,
  );

async function addWorker(queues: string[], status = 'ONLINE', state = 'active'): Promise<void> {
  await rows(
    app.database,
    'worker',
    `INSERT INTO workers (id, hostname, status, last_heartbeat, queues, concurrency, state, registered_at)
    VALUES ($1, 'host', $2, now(), $3, 4, $4, now())`,
    [randomUUID(), status, queues, state],
  );
}

describe('GET /stats', () => {
  test('of an empty system is all zeros', async () => {
    expect(await get('/stats')).toEqual({
      jobs: { SCHEDULED: 0, PENDING: 0, RUNNING: 0, RETRYING: 0, SUCCESS: 0, FAILED: 0, DEAD: 0, CANCELLED: 0 },
      workers: { online: 0, offline: 0, slots: 0, slots_used: 0 },
      oldest_pending_seconds: null,
      dead_last_24h: 0,
      queues_paused: 0,
      queues_without_workers: 0,
      types: [],
      queue_names: [],
      as_of: expect.stringMatching(/Z$/),
    });
  });

  test('counts a job as soon as it is committed, by queue and by type too', async () => {
    await appendDeltas(app.database, [
      { queue: 'a', type: 'x', to: 'PENDING', n: 3 },
      { queue: 'a', type: 'y', to: 'PENDING', n: 2 },
      { queue: 'b', type: 'x', to: 'SCHEDULED' },
      { queue: 'a', type: 'x', from: 'PENDING', to: 'RUNNING', ms: 5 },
    ]);
    expect(await get('/stats')).toMatchObject({
      jobs: { PENDING: 4, RUNNING: 1, SCHEDULED: 1 },
      types: ['x', 'y'],
      queue_names: ['a', 'b'],
    });
    expect(await get('/stats?queue=a')).toMatchObject({ jobs: { PENDING: 4, SCHEDULED: 0 } });
    expect(await get('/stats?type=x')).toMatchObject({ jobs: { PENDING: 2, SCHEDULED: 1 } });
    expect(await get('/stats?queue=a&type=y')).toMatchObject({ jobs: { PENDING: 2, RUNNING: 0 } });
  });

  test('tells of workers, and of queues that nobody serves', async () => {
    await addWorker(['served']);
    await addWorker(['drained'], 'ONLINE', 'draining');
    await addWorker(['*'], 'OFFLINE');
    await request(app.url).post('/queues/paused/pause').expect(200);
    await appendDeltas(
      app.database,
      ['served', 'drained', 'lonely', 'paused'].map((queue) => ({ queue, to: 'PENDING' as const })),
    );
    const expected = {
      workers: { online: 2, offline: 1, slots: 8, slots_used: 0 },
      queues_paused: 1,
      queues_without_workers: 2,
    };
    expect(await get('/stats')).toMatchObject(expected);
    await addWorker(['*']);
    expect(await get('/stats')).toMatchObject({ queues_without_workers: 0 });
  });

  test('tells how long the oldest ready job has waited: since it was ready, not since it was created', async () => {
    await insertJobRow(app.database, 'a', {
      id: '00000000-0000-7000-8000-000000000001',
      ageSeconds: 1000,
      readySeconds: 100,
    });
    await insertJobRow(app.database, 'b', { id: '00000000-0000-7000-8000-000000000002', ageSeconds: 50 });
    const oldest = async (query: string) =>
      Math.round((await get<{ oldest_pending_seconds: number }>(`/stats${query}`)).oldest_pending_seconds);
    expect(await oldest('')).toBe(100);
    expect(await oldest('?queue=b')).toBe(50);
    expect(await get('/stats?type=a')).toMatchObject({ oldest_pending_seconds: null });
  });
});

describe('GET /stats/timeseries', () => {
  test.each([
    ['15m', 15, 60],
    ['1h', 60, 60],
    ['6h', 300, 72],
    ['24h', 900, 96],
    ['7d', 7200, 84],
  ])('draws %s in steps of %d s', async (window, step, steps) => {
    await appendDeltas(app.database, [
      { to: 'PENDING', n: 3 },
      { to: 'PENDING', n: 4, secondsAgo: step * 2 },
    ]);
    await folded();
    const series = await get<Timeseries>(`/stats/timeseries?window=${window}`);
    expect(series).toMatchObject({ window, bucket_seconds: step });
    expect(series.buckets).toHaveLength(steps);
    expect(series.buckets.reduce((sum, bucket) => sum + bucket.created, 0)).toBe(7);
    const gaps = series.buckets.slice(1).map(({ at }, i) => Date.parse(at) - Date.parse(series.buckets[i]!.at));
    expect(new Set(gaps)).toEqual(new Set([step * 1000]));
    expect(Date.now() - Date.parse(series.buckets.at(-1)!.at)).toBeLessThan((step + 5) * 1000);
  });

  test('counts what happened, and how long it took', async () => {
    await appendDeltas(app.database, [
      { to: 'PENDING', n: 100 },
      { from: 'PENDING', to: 'RUNNING', ms: 50, n: 100 },
      { from: 'RUNNING', to: 'SUCCESS', ms: 200, n: 80 },
      { from: 'RUNNING', to: 'RETRYING', ms: 200, n: 10 },
      { from: 'RUNNING', to: 'FAILED', ms: 5000, n: 4 },
      { from: 'RUNNING', to: 'DEAD', ms: 5000, n: 4 },
      { from: 'RUNNING', to: 'CANCELLED', ms: 90_000, n: 2 },
      { from: 'RETRYING', to: 'CANCELLED', n: 1 },
    ]);
    await folded();
    const [all, one, other] = await Promise.all([
      get<Timeseries>('/stats/timeseries?window=7d'),
      get<Timeseries>('/stats/timeseries?window=7d&queue=mail'),
      get<Timeseries>('/stats/timeseries?window=7d&type=other'),
    ]);
    const bucket = all.buckets.at(-1)!;
    expect(bucket).toMatchObject({
      created: 100,
      started: 100,
      succeeded: 80,
      failed_attempts: 18,
      failed: 4,
      dead: 4,
      cancelled: 3,
    });
    expect(bucket.wait_p50_ms! / 50).toBeCloseTo(1, 0);
    expect(bucket.duration_p50_ms! / 200).toBeCloseTo(1, 0);
    expect(bucket.duration_p95_ms! / 5000).toBeCloseTo(1, 0);
    expect(one.buckets).toEqual(all.buckets);
    expect(other.buckets.at(-1)).toMatchObject({ created: 0, duration_p95_ms: null });
  });

  test('knows the backlog at the end of each step, of the longest queues by name', async () => {
    const queues = ['q1', 'q2', 'q3', 'q4', 'q5', 'q6'];
    await appendDeltas(app.database, [
      ...queues.map((queue, index) => ({ queue, to: 'PENDING' as const, n: 10 * (index + 1), secondsAgo: 600 })),
      { queue: 'q6', from: 'PENDING', to: 'RUNNING', n: 55, secondsAgo: 120 },
      { queue: 'q1', to: 'PENDING', n: 100 },
    ]);
    await folded();
    for (const window of ['15m', '1h']) {
      const { buckets, backlog_by_queue, bucket_seconds } = await get<Timeseries>(`/stats/timeseries?window=${window}`);
      const at = (secondsAgo: number) => buckets.length - 1 - Math.floor(secondsAgo / bucket_seconds);
      expect(buckets.at(-1)!.backlog).toBe(255);
      expect(buckets[at(400)]!.backlog).toBe(210);
      expect(buckets[0]!.backlog).toBe(0);
      expect(backlog_by_queue.map(({ queue }) => queue)).toEqual(['q1', 'q5', 'q4', 'q3', 'q2', null]);
      expect(backlog_by_queue.map(({ values }) => values.at(-1))).toEqual([110, 50, 40, 30, 20, 5]);
      expect(backlog_by_queue.map(({ values }) => values[0])).toEqual([0, 0, 0, 0, 0, 0]);
    }
  });

  test('is kept by queue or by type, not by both', async () => {
    const answer = await request(app.url).get('/stats/timeseries?queue=a&type=b');
    expect([answer.status, answer.body.error.code]).toEqual([400, 'invalid_request']);
  });
});

describe('/errors', () => {
  test('lists groups by how often they happened, with their course, jobs and queues', async () => {
    const jobId = randomUUID();
    await rows(
      app.database,
      'failed',
      `INSERT INTO jobs (id, queue, type, status, error_fingerprint) VALUES ($1, 'mail', 'email', 'PENDING', 'rare')`,
      [jobId],
    );
    await appendError(app.database, 'rare', { jobId });
    for (let i = 0; i < 3; i++) await appendError(app.database, 'frequent', { secondsAgo: i * 120, type: 'report' });
    await appendError(app.database, 'long ago', { secondsAgo: 4000 });
    await folded();
    const { groups, bucket_seconds } = await get<{ groups: { sparkline: number[] }[]; bucket_seconds: number }>(
      '/errors?window=1h',
    );
    expect(bucket_seconds).toBe(60);
    expect(groups).toMatchObject([
      {
        fingerprint: 'frequent',
        occurrences: 3,
        type: 'report',
        jobs: 0,
        queues: [],
        state: 'open',
        message: 'boom',
        error_type: 'Error',
      },
      { fingerprint: 'rare', occurrences: 1, jobs: 1, queues: ['mail'], sample_job_id: jobId },
    ]);
    expect(groups[0]!.sparkline).toHaveLength(60);
    expect(groups[0]!.sparkline.join('')).toMatch(/10101(0?)$/);
    expect(await get('/errors')).toMatchObject({
      groups: [{ occurrences: 3 }, { fingerprint: 'long ago' }, { fingerprint: 'rare' }],
    });
    expect(await get('/errors?type=report&limit=1')).toMatchObject({ groups: [{ fingerprint: 'frequent' }] });
  });

  test('a group is muted, resolved and reopened', async () => {
    await appendError(app.database, 'a');
    await folded();
    const say = async (what: string) => (await request(app.url).post(`/errors/a/${what}`).expect(200)).body;
    const listed = async (state: string) => (await get<{ groups: unknown[] }>(`/errors?state=${state}`)).groups.length;
    expect(await say('mute')).toEqual({ fingerprint: 'a', state: 'muted' });
    expect([await listed('open'), await listed('muted')]).toEqual([0, 1]);
    expect(await say('resolve')).toEqual({ fingerprint: 'a', state: 'resolved' });
    expect([await listed('muted'), await listed('resolved')]).toEqual([0, 1]);
    await appendError(app.database, 'a');
    await folded();
    expect(await listed('open')).toBe(1);
    await say('mute');
    await say('reopen');
    expect(await listed('open')).toBe(1);
    expect((await request(app.url).post('/errors/unknown/mute')).status).toBe(404);
  });
});

test('counts come to browsers when they change, and only then', async () => {
  const abort = new AbortController();
  const response = await fetch(`${app.url}/events`, { signal: abort.signal });
  let text = '';
  const reading = (async () => {
    for await (const chunk of response.body!) text += Buffer.from(chunk).toString();
  })().catch(() => undefined);
  const counts = () =>
    [...text.matchAll(/event: counts\ndata: (.*)\n/g)].map(([, data]) => JSON.parse(data!) as object);
  await appendDeltas(app.database, [{ to: 'PENDING', n: 7 }]);
  await until(() => counts().some((event) => 'jobs' in event && (event.jobs as { PENDING: number }).PENDING === 7));
  await appendDeltas(app.database, [{ from: 'PENDING', to: 'RUNNING', n: 7 }]);
  await until(() => JSON.stringify(counts().at(-1)).includes('"RUNNING":7'));
  const before = counts().length;
  for (let i = 0; i < 3; i++) await app.app.get(CountsPublisher).publish();
  app.bus.publish({ kind: 'queue', name: 'last' });
  await until(() => text.includes('"last"'));
  expect(counts()).toHaveLength(before);
  abort.abort();
  await reading;
});
