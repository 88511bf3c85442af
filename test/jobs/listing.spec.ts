import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { v7 } from 'uuid';
import type { JobList } from '../../src/contract/job.dto.js';
import { JOB_STATUSES } from '../../src/contract/job-state.js';
import { clock } from '../../src/platform/clock.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
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

beforeEach(() => client.query('TRUNCATE jobs, ready_jobs, past_attempts, claims, job_deltas, job_counts'));

async function list(query = ''): Promise<JobList> {
  const answer = await app.get(`/jobs?${query}`);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body as JobList;
}

const idsOf = ({ jobs }: JobList) => jobs.map((job) => job.id);
const times = (n: number, job: JobRow = {}) => Array.from({ length: n }, () => job);

/** All pages in one direction, as ids. */
async function pagesFrom(first: JobList, query: string, way: 'next_cursor' | 'previous_cursor'): Promise<string[][]> {
  const pages = [idsOf(first)];
  for (let page = first; page[way] !== null;) {
    page = await list(`${query}&cursor=${page[way]}`);
    pages.push(idsOf(page));
  }
  return pages;
}

describe('pages of jobs', () => {
  test('lead from the newest to the oldest and back, each job once, also when others come meanwhile', async () => {
    const ids = (await insertJobs(client, times(25))).reverse();
    const first = await list('limit=10');
    expect([idsOf(first), first.previous_cursor, first.total, first.is_partial]).toEqual([
      ids.slice(0, 10),
      null,
      25,
      false,
    ]);
    await insertJobs(client, times(3));
    expect(await pagesFrom(first, 'limit=10', 'next_cursor')).toEqual([
      ids.slice(0, 10),
      ids.slice(10, 20),
      ids.slice(20),
    ]);
    const second = await list(`limit=10&cursor=${first.next_cursor}`);
    const third = await list(`limit=10&cursor=${second.next_cursor}`);
    const back = await list(`limit=10&cursor=${third.previous_cursor}`);
    expect([idsOf(back), idsOf(await list(`limit=10&cursor=${back.next_cursor}`))]).toEqual([
      ids.slice(10, 20),
      ids.slice(20),
    ]);
    expect((await pagesFrom(back, 'limit=10', 'previous_cursor')).flat()).toHaveLength(10 + 10 + 3);
  });

  test('may begin with the oldest', async () => {
    const ids = await insertJobs(client, times(5));
    expect(await pagesFrom(await list('limit=2&sort=created_at'), 'limit=2&sort=created_at', 'next_cursor')).toEqual([
      ids.slice(0, 2),
      ids.slice(2, 4),
      ids.slice(4),
    ]);
  });

  test('may be asked for by offset, and then lead on by cursor', async () => {
    const ids = (await insertJobs(client, times(7))).reverse();
    const page = await list('limit=2&offset=3');
    expect(idsOf(page)).toEqual(ids.slice(3, 5));
    expect(idsOf(await list(`limit=2&cursor=${page.previous_cursor}`))).toEqual(ids.slice(1, 3));
    expect(idsOf(await list('limit=2&offset=7'))).toEqual([]);
    expect(idsOf(await list('limit=2&offset=3&type=email&q=mail'))).toEqual(ids.slice(3, 5));
  });

  test('refuse a cursor that is foreign, of the other order, or comes with an offset', async () => {
    await insertJobs(client, times(3));
    const { next_cursor } = await list('limit=1');
    for (const query of [
      'cursor=bm9wZQ',
      `sort=created_at&cursor=${next_cursor}`,
      `offset=1&cursor=${next_cursor}`,
      'offset=10001',
    ]) {
      const answer = await app.get(`/jobs?${query}`);
      expect([query, answer.status, answer.body.error?.code]).toEqual([query, 400, 'invalid_request']);
    }
  });

  test('show the beginning of payloads where that is asked for, and of large ones nothing', async () => {
    const noise = Array.from({ length: 600 }, () => randomUUID());
    await insertJobs(client, [{ payload: { to: 'x'.repeat(500) } }, { payload: noise }, { payload: 7 }]);
    const { jobs } = await list('include=payload_preview');
    expect(jobs.map((job) => job.payload_preview)).toEqual(['7', null, `{"to": "${'x'.repeat(192)}`]);
    expect((await list()).jobs[0]).not.toHaveProperty('payload_preview');
    expect((await app.get('/jobs?include=payload')).status).toBe(400);
  });

  test('carry no payload and no result, but the progress of what runs', async () => {
    await insertJobs(client, [{ status: 'RUNNING', payload: { secret: 1 } }]);
    const [job] = (await list()).jobs;
    expect(job).toMatchObject({ status: 'RUNNING', progress: 40, progress_message: 'halfway' });
    expect(Object.keys(job!)).not.toEqual(expect.arrayContaining(['payload']));
    expect(Object.keys(job!)).not.toEqual(expect.arrayContaining(['result']));
  });
});

describe('jobs asked for by their ids', () => {
  test('are answered as they are, whatever they match, and those that are gone are left out', async () => {
    const ids = await insertJobs(client, [{ status: 'DEAD' }, { status: 'RUNNING' }, { type: 'sms' }]);
    const found = await list(ids.map((id) => `id=${id}`).join('&'));
    expect(found.jobs.map(({ id, status }) => [id, status])).toEqual([
      [ids[2], 'PENDING'],
      [ids[1], 'RUNNING'],
      [ids[0], 'DEAD'],
    ]);
    expect(found.jobs[1]).toMatchObject({ progress: 40, progress_message: 'halfway' });
    expect(found).toMatchObject({ total: 3, next_cursor: null, is_partial: false });
    expect(idsOf(await list(`id=${ids[0]},${randomUUID()}`))).toEqual([ids[0]]);
    expect((await list(`id=${ids[0]}&include=payload_preview`)).jobs[0]).toHaveProperty('payload_preview');
  });

  test('exclude filters and paging, and are 200 at most', async () => {
    for (const query of ['status=DEAD', 'limit=5', 'payload.a=1']) {
      const answer = await app.get(`/jobs?id=${randomUUID()}&${query}`);
      expect([query, answer.status]).toEqual([query, 400]);
    }
    const many = Array.from({ length: 201 }, () => randomUUID()).join(',');
    expect((await app.get(`/jobs?id=${many}`)).status).toBe(400);
  });
});

describe('a count of what matches', () => {
  test('is exact where it is asked for, and at least what was counted when there are more than 10,000', async () => {
    await client.query('SET session_replication_role = replica');
    await client.query(
      `INSERT INTO jobs (id, type, queue, status, tags) SELECT gen_random_uuid(), 'bulk', 'bulk', 'PENDING', CASE WHEN n <= 4321 THEN '{half,all}' ELSE '{all}' END::text[]
      FROM generate_series(1, 10500) n`,
    );
    const counted = await list('tag=half&count=true');
    expect([counted.jobs.length, counted.total, counted.total_at_least, counted.total_estimate]).toEqual([
      50,
      4321,
      undefined,
      undefined,
    ]);
    const many = await list('tag=all&count=true');
    expect([many.total, many.total_at_least]).toEqual([undefined, 10_000]);
    expect(await list('tag=none&count=true')).toMatchObject({ jobs: [], total: 0 });
  });

  test('says how far it came when time is up', async () => {
    await client.query('SET session_replication_role = replica');
    await client.query(
      `INSERT INTO jobs (id, type, queue, status, payload) SELECT gen_random_uuid(), 'bulk', 'bulk', 'PENDING', '{"n":1}' FROM generate_series(1, 6000) n`,
    );
    let now = 0;
    const impatient = jest.spyOn(clock, 'monotonicMs').mockImplementation(() => (now += 50));
    const { total, total_at_least } = await list('payload.n=1&count=true');
    impatient.mockRestore();
    expect(total).toBeUndefined();
    expect(total_at_least).toBeGreaterThanOrEqual(51);
    expect(total_at_least).toBeLessThan(6000);
  });
});

describe('a filter', () => {
  test.each(JOB_STATUSES)('by status %s finds just those, in order, and their number', async (status) => {
    await insertJobs(
      client,
      [...JOB_STATUSES].map((each) => ({ status: each })),
    );
    const ids = await insertJobs(client, times(2, { status }));
    const found = await list(`status=${status}`);
    expect(idsOf(found).slice(0, 2)).toEqual(ids.reverse());
    expect(found.jobs.map((job) => job.status)).toEqual([status, status, status]);
    expect(found.total).toBe(3);
  });

  test('by several statuses merges them in order, whichever indexes they come from', async () => {
    const ids = await insertJobs(
      client,
      [...JOB_STATUSES, ...JOB_STATUSES].map((status) => ({ status })),
    );
    const wanted = (statuses: string[]) => ids.filter((_id, i) => statuses.includes(JOB_STATUSES[i % 8]!)).reverse();
    for (const statuses of [
      ['DEAD', 'FAILED'],
      ['RUNNING', 'PENDING', 'DEAD'],
      ['SUCCESS', 'DEAD'],
      [...JOB_STATUSES],
    ]) {
      const query = `limit=3&status=${statuses.join(',')}`;
      expect((await pagesFrom(await list(query), query, 'next_cursor')).flat()).toEqual(wanted(statuses));
      expect((await list(query)).total).toBe(wanted(statuses).length);
    }
  });

  test('by queue finds jobs whose queue is named like their type, and others', async () => {
    const [a, , b, c] = await insertJobs(client, [
      { type: 'email' },
      { type: 'email', queue: 'slow' },
      { type: 'sms', queue: 'email' },
      { type: 'email' },
    ]);
    expect(idsOf(await list('queue=email'))).toEqual([c, b, a]);
    expect(idsOf(await list('queue=email&type=email'))).toEqual([c, a]);
    expect((await list('queue=email')).total).toBe(3);
  });

  test('by tag finds frequent and rare tags', async () => {
    const [rare] = await insertJobs(client, [{ tags: ['rare', 'red'] }]);
    await client.query('SET session_replication_role = replica');
    await client.query(
      `INSERT INTO jobs (id, type, queue, status, tags) SELECT ('0fffffff-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'bulk', 'bulk', 'PENDING', '{often}'
      FROM generate_series(1, 3000) n`,
    );
    expect(idsOf(await list('tag=rare'))).toEqual([rare]);
    expect((await list('tag=often&limit=50')).jobs).toHaveLength(50);
    expect(idsOf(await list('tag=red&type=sms'))).toEqual([]);
  });

  test('by worker, error, time, payload and text finds just those', async () => {
    const workerId = randomUUID();
    const [old, mine, failed, paid] = await insertJobs(client, [
      { createdAt: new Date('2026-01-01T00:00:00Z') },
      { workerId, status: 'SUCCESS' },
      { status: 'DEAD', error: 'Connection refused: 100%', fingerprint: 'abc' },
      { type: 'invoice', payload: { user: { id: 42, name: 'Ann' }, list: ['x'] } },
    ]);
    const found = async (query: string) => idsOf(await list(query));
    expect(await found(`worker_id=${workerId}`)).toEqual([mine]);
    expect(await found('error=abc')).toEqual([failed]);
    expect(await found('created_before=2026-01-01T00:00:00.001Z')).toEqual([old]);
    expect(await found('created_before=2026-01-01T00:00:00Z')).toEqual([]);
    expect(await found('created_after=2026-01-01T00:00:00.001Z')).toEqual([paid, failed, mine]);
    expect(await found('payload.user.id=42&payload.list.0=x')).toEqual([paid]);
    expect(await found('payload.user.id=43')).toEqual([]);
    expect(await found('q=INVOI')).toEqual([paid]);
    expect(await found('q=refused')).toEqual([failed]);
    expect(await found('q=100%25')).toEqual([failed]);
    expect(await found('q=_')).toEqual([]);
    expect(await found(`q=${mine}`)).toEqual([mine]);
    expect(await found(`q=${old!.slice(0, 13).toUpperCase()}`)).toEqual([old]);
    expect((await list('q=refused')).total).toBe(1);
    const short = (id: string, dots = '…') => encodeURIComponent(`${id.slice(0, 8)}${dots}${id.slice(-4)}`);
    expect(await found(`q=${short(mine!)}`)).toEqual([mine]);
    expect(await found(`q=${short(old!, '...')}`)).toEqual([old]);
  });

  test('by a path of more than 16 steps is refused, for each step is looked for in each row', async () => {
    const path = (steps: number) => `payload.${Array.from({ length: steps }, () => 'a').join('.')}=1`;
    expect((await app.get(`/jobs?${path(16)}`)).status).toBe(200);
    const refused = await app.get(`/jobs?${path(17)}`);
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('more than 16 steps') as string]);
  });

  test('by attempts and by duration, of what ended, runs and waits again, finds what exceeds them', async () => {
    const ids = await insertJobs(client, [
      ...(['SUCCESS', 'RUNNING', 'RETRYING', 'PENDING'] as const).map((status) => ({ status })),
      { status: 'SUCCESS', createdAt: new Date(Date.now() - 5000) },
    ]);
    await client.query(`UPDATE jobs SET attempt = 3, started_at = now() - interval '1 minute' WHERE id = ANY ($1)`, [
      ids.slice(0, 3),
    ]);
    expect(idsOf(await list('seconds_above=59'))).toEqual(ids.slice(0, 3).reverse());
    expect(idsOf(await list('seconds_above=61'))).toEqual([]);
    expect(idsOf(await list('attempts_above=2'))).toEqual(ids.slice(0, 3).reverse());
    expect(await list('attempts_above=3&status=SUCCESS')).toMatchObject({ jobs: [], total: 0 });
  });

  test('that no index serves answers what two seconds found, and its cursor goes on from there', async () => {
    const [needle] = await insertJobs(client, [{ id: v7({ msecs: 1 }), payload: { needle: true } }]);
    await client.query(
      `INSERT INTO jobs (id, type, queue, status, payload) SELECT ('0fffffff-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'bulk', 'bulk', 'PENDING', '{"n":1}'
      FROM generate_series(1, 60000) n`,
    );
    let now = 0;
    const impatient = jest.spyOn(clock, 'monotonicMs').mockImplementation(() => (now += 3000));
    let page = await list('payload.needle=true');
    const pages = [page];
    while (page.next_cursor !== null) {
      expect([page.is_partial, page.total, page.searched > 0]).toEqual([true, undefined, true]);
      expect(Date.parse(page.searched_to!)).toBe(Number.parseInt('0fffffff0000', 16));
      page = await list(`payload.needle=true&cursor=${page.next_cursor}`);
      pages.push(page);
    }
    impatient.mockRestore();
    expect(pages.flatMap(idsOf)).toEqual([needle]);
    expect(pages.length).toBeGreaterThan(3);
  });
});
