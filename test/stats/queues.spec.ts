import { randomUUID } from 'node:crypto';
import request from 'supertest';
import type { NameList } from '../../src/contract/stats.dto.js';
import type { Queue, QueueList } from '../../src/contract/queue.dto.js';
import { QueueSettings } from '../../src/queue/queue-settings.js';
import { oldestPending, oldestPendingOfQueues } from '../../src/stats/stats-queries.js';
import { startLiveApp, type LiveApp } from '../events/live-app.js';
import { connected, createDatabase, type TestDatabase } from '../support/postgres.js';
import { sharedRedisUrl } from '../support/redis.js';
import { until } from '../support/until.js';
import { appendDeltas, insertJobRow, rows } from './deltas.js';

let postgres: TestDatabase;
let one: LiveApp;
let two: LiveApp;

beforeEach(async () => {
  postgres = await createDatabase();
  const options = {
    databaseUrl: postgres.url,
    redisUrl: sharedRedisUrl(),
    redisPrefix: randomUUID(),
    sweepSeconds: 0.05,
  };
  [one, two] = await Promise.all([startLiveApp(options), startLiveApp(options)]);
});

afterEach(async () => {
  await Promise.all([one.stop(), two.stop()]);
  await postgres.drop();
});

async function list(query = ''): Promise<QueueList> {
  return (await request(one.url).get(`/queues${query}`).expect(200)).body as QueueList;
}

const settings = (app: LiveApp) => app.app.get(QueueSettings);

test('a queue is known once a job named it, with its counts, history and workers', async () => {
  await insertJobRow(one.database, 'mail', { ageSeconds: 30 });
  await insertJobRow(one.database, 'mail', { ageSeconds: 90, priority: -5 });
  await appendDeltas(one.database, [
    { queue: 'mail', to: 'SCHEDULED' },
    { queue: 'mail', to: 'PENDING', n: 6 },
    { queue: 'mail', from: 'PENDING', to: 'RUNNING', ms: 300, n: 6 },
    { queue: 'mail', from: 'RUNNING', to: 'SUCCESS', ms: 10, n: 2 },
    { queue: 'mail', from: 'RUNNING', to: 'RETRYING', ms: 10 },
    { queue: 'mail', from: 'RUNNING', to: 'DEAD', ms: 10 },
    { queue: 'mail', from: 'RUNNING', to: 'FAILED', ms: 10, secondsAgo: 125 },
  ]);
  await rows(
    one.database,
    'workers',
    `INSERT INTO workers (id, hostname, status, last_heartbeat, queues, state, registered_at)
    SELECT gen_random_uuid(), 'h', status, now(), queues::text[], state, now() FROM (VALUES
      ('ONLINE', '{mail,other}', 'active'), ('ONLINE', '{*}', 'active'), ('ONLINE', '{other}', 'active'),
      ('ONLINE', '{mail}', 'draining'), ('OFFLINE', '{mail}', 'active')) AS w (status, queues, state)`,
  );
  await until(async () => (await rows(one.database, 'left', 'SELECT FROM job_deltas')).length === 0);
  const answer = await request(one.url).get('/queues/mail');
  expect(answer.body).toEqual({
    name: 'mail',
    is_paused: false,
    paused_at: null,
    concurrency_limit: null,
    scheduled: 1,
    pending: 2,
    running: 1,
    retrying: 1,
    dead: 1,
    succeeded_last_hour: 2,
    failed_last_hour: 2,
    ended_per_minute: expect.any(Array),
    wait_p95_ms: expect.any(Number),
    run_p95_ms: expect.any(Number),
    oldest_pending_seconds: expect.any(Number),
    workers: 2,
    slots: 2,
    concern: null,
  });
  expect(Math.round(answer.body.oldest_pending_seconds)).toBe(90);
  expect(answer.body.ended_per_minute).toHaveLength(60);
  const perMinute = (answer.body as Queue).ended_per_minute;
  expect(perMinute.slice(-5).reduce((sum, n) => sum + n)).toBe(4);
  expect(perMinute.at(-1)).not.toBe(4);
  expect((await request(one.url).get('/queues/unknown')).body.error.code).toBe('queue_not_found');
});

test('the list goes by name, page by page, and is searched by part of a name', async () => {
  await request(one.url).post('/queues/a_set/pause').expect(200);
  await appendDeltas(
    one.database,
    ['c', 'b', 'a', 'axset', 'folder/d'].map((queue) => ({ queue, to: 'PENDING' as const })),
  );
  const all = await list();
  expect(all.next_cursor).toBeNull();
  const names = all.queues.map(({ name }) => name);
  expect(names.toSorted()).toEqual(['a', 'a_set', 'axset', 'b', 'c', 'folder/d']);
  const paged: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: QueueList = await list(`?limit=2${cursor && `&cursor=${cursor}`}`);
    paged.push(...page.queues.map(({ name }) => name));
    cursor = page.next_cursor;
  }
  expect(paged).toEqual(names);
  expect((await list('?q=_SET')).queues).toMatchObject([{ name: 'a_set', is_paused: true, pending: 0 }]);
  expect((await request(one.url).get('/queues/folder%2Fd')).body).toMatchObject({ name: 'folder/d', pending: 1 });
});

test('a thousand queues are sorted, filtered, paged and summed up by the server', async () => {
  await rows(
    one.database,
    'thousand',
    `INSERT INTO job_counts SELECT 'tenant-' || lpad(i::text, 4, '0'), 't', 'PENDING', i FROM generate_series(1, 1008) i`,
  );
  await rows(
    one.database,
    'served',
    `INSERT INTO workers (id, hostname, status, last_heartbeat, queues, concurrency, registered_at)
    SELECT gen_random_uuid(), 'h', 'ONLINE', now(), ARRAY(SELECT 'tenant-' || lpad(i::text, 4, '0') FROM generate_series(1, 1000) i), 4, now()`,
  );
  await request(one.url).post('/queues/tenant-0003/pause').expect(200);
  const longest = await list('?sort=-pending&limit=200');
  expect(longest.queues.map(({ pending }) => pending)).toEqual(Array.from({ length: 200 }, (_, i) => 1008 - i));
  expect(longest.matching).toBe(1008);
  expect(longest.totals).toMatchObject({ queues: 1008, paused: 1, pending: (1008 * 1009) / 2, concerns: 9 });
  const seen = new Set<string>();
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: QueueList = await list(`?sort=-pending&limit=200${cursor && `&cursor=${cursor}`}`);
    for (const { name } of page.queues) seen.add(name);
    cursor = page.next_cursor;
  }
  expect(seen.size).toBe(1008);
  const first = await list('?sort=concern&limit=10');
  expect(first.queues.map(({ concern }) => concern)).toEqual([...Array(8).fill('no_workers'), 'paused', null]);
  expect(first.queues[0]).toMatchObject({ name: 'tenant-1008', pending: 1008, workers: 0, slots: 0 });
  expect(first.queues[8]).toMatchObject({ name: 'tenant-0003', is_paused: true, paused_at: expect.any(String) });
  expect((await list('?state=paused')).queues.map(({ name }) => name)).toEqual(['tenant-0003']);
  expect(await list('?q=ANT-100&sort=-name&limit=2')).toMatchObject({
    matching: 9,
    queues: [{ name: 'tenant-1008' }, { name: 'tenant-1007' }],
  });
  const wrong = await request(one.url).get(`/queues?sort=name&cursor=${longest.next_cursor}`);
  expect([wrong.status, wrong.body.error.details[0].field]).toEqual([400, 'cursor']);
});

test('names are suggested from all queues and types, those that begin with what is typed first', async () => {
  await rows(
    one.database,
    'names',
    `INSERT INTO job_counts SELECT 'q' || i, 'type-' || i, 'SUCCESS', 1 FROM generate_series(1, 500) i`,
  );
  await appendDeltas(one.database, [{ queue: 'not-q49', type: 'fresh_type', to: 'PENDING' }]);
  const names = async (query: string) =>
    (await request(one.url).get(`/stats/names?${query}`).expect(200)).body as NameList;
  expect(await names('kind=queue&q=Q49&limit=3')).toEqual({ names: ['q49', 'q490', 'q491'], has_more: true });
  expect((await names('kind=queue&q=q49')).names.at(-1)).toBe('not-q49');
  expect(await names('kind=type&q=_')).toEqual({ names: ['fresh_type'], has_more: false });
});

test('a pause is known to the process that made it at once, and to another within a second', async () => {
  const answer = await request(one.url).post('/queues/mail/pause');
  expect([answer.status, answer.body.is_paused]).toEqual([200, true]);
  expect(settings(one).paused).toEqual(['mail']);
  await until(() => settings(two).paused.includes('mail'), 1000);
  expect((await request(two.url).post('/queues/mail/resume')).status).toBe(200);
  expect(settings(two).paused).toEqual([]);
  await until(() => settings(one).paused.length === 0, 1000);
});

test('a pause is known after a second even when nobody tells of it', async () => {
  await connected(postgres.url, (client) =>
    client.query(`INSERT INTO queues (name, paused_at) VALUES ('mail', now())`),
  );
  await until(() => settings(one).paused.includes('mail') && settings(two).paused.includes('mail'), 2000);
});

test('browsers and programs hear that a queue changed, on every orchestrator', async () => {
  const heard: string[] = [];
  two.bus.subscribe((event) => event.kind === 'queue' && heard.push(event.name));
  await request(one.url).post('/queues/mail/pause').expect(200);
  await until(() => heard.includes('mail'));
});

test('a limit is set, shown and taken away', async () => {
  const patch = (limit: unknown) => request(one.url).patch('/queues/mail').send({ concurrency_limit: limit });
  expect((await patch(5)).body).toMatchObject({ name: 'mail', concurrency_limit: 5 });
  expect([...settings(one).limits]).toEqual([['mail', 5]]);
  await until(() => settings(two).limits.get('mail') === 5);
  expect((await patch(0)).body).toMatchObject({ concurrency_limit: null });
  expect(settings(one).limits.size).toBe(0);
  expect((await patch(-1)).status).toBe(400);
  expect((await patch(1.5)).status).toBe(400);
});

test('a queue that no job named is forgotten once nothing is set for it', async () => {
  await request(one.url).post('/queues/typo/pause').expect(200);
  await request(one.url).patch('/queues/typo').send({ concurrency_limit: 1 }).expect(200);
  await request(one.url).post('/queues/typo/resume').expect(200);
  expect((await request(one.url).get('/queues/typo')).body).toMatchObject({ concurrency_limit: 1, is_paused: false });
  await request(one.url).patch('/queues/typo').send({ concurrency_limit: 0 }).expect(200);
  expect((await request(one.url).get('/queues/typo')).status).toBe(404);
  expect((await request(one.url).post('/queues/typo/resume')).status).toBe(404);
});

test('more than a thousand queues are not paused', async () => {
  await rows(
    one.database,
    'many',
    `INSERT INTO queues (name, paused_at) SELECT 'q' || i, now() FROM generate_series(1, 1000) i`,
  );
  const answer = await request(one.url).post('/queues/mail/pause');
  expect([answer.status, answer.body.error.code]).toEqual([409, 'state_conflict']);
  await request(one.url).post('/queues/q7/pause').expect(200);
});

test('a rebuild without a ready queue to fill says so', async () => {
  const answer = await request(one.url).post('/queues/rebuild');
  expect([answer.status, answer.body.error.code]).toEqual([503, 'queue_unavailable']);
});

test('the oldest ready job is found by an index, however many jobs there are', async () => {
  await connected(postgres.url, async (client) => {
    await client.query(`
      INSERT INTO jobs (id, queue, type, status, priority)
      SELECT gen_random_uuid(), 'q' || i % 20, 't', CASE i % 3 WHEN 0 THEN 'SCHEDULED' ELSE 'PENDING' END::job_status, i % 4
      FROM (SELECT generate_series(1, 20000) i) s WHERE i % 3 > 0`);
    await client.query('ANALYZE jobs, ready_jobs');
    for (const [{ text }, values] of [
      [oldestPending, []],
      [oldestPendingOfQueues, [['q1', 'q2']]],
    ] as const) {
      const { rows: plan } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN (ANALYZE, BUFFERS) ${text}`, [
        ...values,
      ]);
      const lines = plan.map((row) => row['QUERY PLAN']).join('\n');
      expect(lines).toMatch(/Index (Only )?Scan using ready_jobs_/);
      expect(lines).not.toMatch(/Seq Scan|Sort/);
    }
  });
});
