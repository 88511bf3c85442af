import { setTimeout as delay } from 'node:timers/promises';
import { query } from '../harness/servers.mjs';
import { HttpLine } from '../load/http-line.mjs';

const REQUESTS = 60;
const PAGE = 50;
const TYPES = 20;
const FOLDED_LIMIT_MS = 60_000;

/**
 * A million jobs and more, worked over a month: 96 in 100 succeeded, the rest is spread over the other statuses. They are written
 * straight into the tables, with their attempts and counts; what is measured is HTTP.
 */
const FILL = `WITH made AS (
    SELECT ts, format('%s-%s-7%s-8%s-%s', left(hex, 8), substr(hex, 9, 4), substr(r, 1, 3), substr(r, 4, 3), substr(r, 7, 12))::uuid AS id,
      'type-' || (i % ${TYPES}) AS type,
      (CASE WHEN i % 100 < 96 THEN 'SUCCESS' WHEN i % 100 = 96 THEN 'FAILED' WHEN i % 100 = 97 THEN 'DEAD' WHEN i % 100 = 98 THEN 'CANCELLED'
        WHEN i % 1000 < 500 THEN 'PENDING' ELSE 'SCHEDULED' END)::job_status AS status,
      CASE WHEN i % 50 = 0 THEN ARRAY['tag-' || (i / 50 % 100)] ELSE '{}' END AS tags, i
    FROM (
      SELECT i, ts, lpad(to_hex((extract(epoch FROM ts) * 1000)::bigint), 12, '0') AS hex, md5(i::text) AS r
      FROM (SELECT i, now() - interval '30 days' * (1 - (i - $1::int)::float8 / ($2::int - $1::int)) - interval '1 hour' * $3::int AS ts
        FROM generate_series($1::int + 1, $2::int) AS i) t
    ) u
  ),
  created AS (
    INSERT INTO jobs (id, queue, type, payload, status, attempt, retry_count, dead_reason, wait_until, run_at, worker_id, error, error_fingerprint,
      tags, created_at, started_at, finished_at, updated_at, attempt_id, lease_token, lease_expires_at, deadline_at)
    SELECT id, type, type, '{"to":"user@example.com","template":"account-welcome"}', status,
      CASE WHEN status IN ('SUCCESS', 'FAILED', 'DEAD') THEN 1 ELSE 0 END,
      CASE WHEN status = 'DEAD' THEN 3 ELSE 0 END, CASE WHEN status = 'DEAD' THEN 'retries_exhausted' END,
      CASE WHEN status = 'SCHEDULED' THEN now() + interval '1 day' END, CASE WHEN status = 'SCHEDULED' THEN now() + interval '1 day' END,
      CASE WHEN status IN ('SUCCESS', 'FAILED', 'DEAD') THEN '00000000-0000-7000-8000-000000000001'::uuid END,
      CASE WHEN status IN ('FAILED', 'DEAD') THEN 'connection refused' END,
      CASE WHEN status IN ('FAILED', 'DEAD') THEN 'fingerprint-' || (i % 37) END,
      tags, ts, ts, CASE WHEN status IN ('SUCCESS', 'FAILED', 'DEAD', 'CANCELLED') THEN ts END, ts,
      CASE WHEN status = 'SUCCESS' THEN id END, CASE WHEN status = 'SUCCESS' THEN id END,
      CASE WHEN status = 'SUCCESS' THEN ts END, CASE WHEN status = 'SUCCESS' THEN ts END
    FROM made
    RETURNING id, type, status, attempt, worker_id, created_at
  ),
  tried AS (
    INSERT INTO past_attempts (job_id, attempt_number, id, status, worker_id, lease_token, lease_expires_at, deadline_at, started_at, finished_at)
    SELECT id, 1, id, 'FAILED', worker_id, id, created_at, created_at,
      created_at, created_at
    FROM created WHERE status IN ('FAILED', 'DEAD')
  ),
  readied AS (INSERT INTO ready_jobs (id, queue, priority) SELECT id, type, 0 FROM created WHERE status = 'PENDING')
  INSERT INTO job_deltas (queue, type, to_status, n) SELECT type, type, status, count(*) FROM created GROUP BY type, status`;

/** Lists, filters and counts over many jobs. */
export default {
  id: 'W9',
  title: 'Lists, filters and counts over many jobs, p50 and p95 of 60 requests',
  unit: 'ms p95, the slowest indexed one',
  lowerIsBetter: true,
  rounds: 1,
  sizes: { quick: { jobs: [300_000] }, full: { jobs: [1_000_000, 5_000_000] } },
  takes: ({ name }) => name === 'job-orchestrator',
  async run(open, system, { jobs }) {
    const session = await open(system);
    const columns = [];
    const start = performance.now();
    try {
      let filled = 0;
      for (const total of jobs) {
        await fill(session.env.databaseUrl, filled, total);
        filled = total;
        // To fill the table takes longer than the server keeps a silent connection.
        const line = new HttpLine(session.env.orchestratorUrl);
        try {
          await untilCounted(line, total);
          columns.push(await measureAll(line));
        } finally {
          line.close();
        }
      }
    } finally {
      await session.close();
    }
    const rows = [
      ['', ...jobs.map((total) => `${total.toLocaleString('en')} jobs`)],
      ...columns[0].map(({ name }, row) => [
        name,
        ...columns.map((column) => `${column[row].p50} / ${column[row].p95}`),
      ]),
    ];
    const slowest = Math.max(...columns.flat().map(({ p95 }) => p95));
    return { value: slowest, seconds: (performance.now() - start) / 1000, jobs: jobs.at(-1), rows };
  },
};

async function fill(databaseUrl, from, to) {
  const chunk = 250_000;
  await query(databaseUrl, 'ALTER TABLE jobs DISABLE TRIGGER USER');
  for (let at = from; at < to; at += chunk)
    await query(databaseUrl, FILL, [at, Math.min(to, at + chunk), Math.floor(at / chunk) * 720]);
  await query(databaseUrl, 'ALTER TABLE jobs ENABLE TRIGGER USER');
  await query(databaseUrl, 'VACUUM (ANALYZE) jobs');
  await query(databaseUrl, 'VACUUM (ANALYZE) past_attempts, ready_jobs');
  await query(databaseUrl, 'CHECKPOINT');
}

async function measureAll(line) {
  const newest = await page(line, `/jobs?limit=1`);
  const middle = new Date(Date.parse(newest.jobs[0].created_at) - 15 * 86_400_000).toISOString();
  const deep = await deepCursor(line, 1000);
  const cases = [
    ['newest first', () => `/jobs?limit=${PAGE}`],
    ['oldest first', () => `/jobs?limit=${PAGE}&sort=created_at`],
    ['the 1,000th page, by cursor', () => `/jobs?limit=${PAGE}&cursor=${encodeURIComponent(deep)}`],
    ['offset 10,000', () => `/jobs?limit=${PAGE}&offset=10000`],
    ...['PENDING', 'SCHEDULED', 'RUNNING', 'SUCCESS', 'FAILED', 'DEAD', 'CANCELLED'].map((status) => [
      `status ${status}`,
      () => `/jobs?limit=${PAGE}&status=${status}`,
    ]),
    ['type', (i) => `/jobs?limit=${PAGE}&type=type-${i % TYPES}`],
    ['type and status FAILED', (i) => `/jobs?limit=${PAGE}&type=type-${(i * 20 + 16) % TYPES}&status=FAILED`],
    ['queue', (i) => `/jobs?limit=${PAGE}&queue=type-${i % TYPES}`],
    ['tag', (i) => `/jobs?limit=${PAGE}&tag=tag-${i % 100}`],
    ['error group', (i) => `/jobs?limit=${PAGE}&error=fingerprint-${i % 37}`],
    ['created before', () => `/jobs?limit=${PAGE}&created_before=${middle}`],
    ['one job', () => `/jobs/${newest.jobs[0].id ?? newest.jobs[0].job_id}`],
    ['its attempts', () => `/jobs/${newest.jobs[0].id ?? newest.jobs[0].job_id}/attempts`],
    ['GET /stats', () => '/stats'],
    ['GET /queues', () => '/queues'],
    ['GET /errors', () => '/errors'],
    ['GET /stats/timeseries', () => '/stats/timeseries'],
  ];
  const measured = [];
  for (const [name, path] of cases) measured.push({ name, ...(await measure(line, path)) });
  return measured;
}

async function measure(line, path) {
  const times = [];
  for (let i = 0; i < REQUESTS + 3; i++) {
    const start = performance.now();
    await page(line, path(i));
    if (i >= 3) times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (share) => Number(times[Math.ceil(times.length * share) - 1].toFixed(1));
  return { p50: at(0.5), p95: at(0.95) };
}

async function deepCursor(line, pages) {
  let cursor;
  for (let i = 0; i < pages; i++) {
    const answer = await page(line, `/jobs?limit=${PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    cursor = answer.next_cursor;
  }
  return cursor;
}

/** The counts of what was filled in are folded by a sweep. */
async function untilCounted(line, total) {
  const deadline = performance.now() + FOLDED_LIMIT_MS;
  for (;;) {
    const { total: exact, total_estimate: estimate } = await page(line, '/jobs?limit=1');
    if ((exact ?? estimate) >= total) return;
    if (performance.now() > deadline) throw new Error(`GET /jobs counts ${exact ?? estimate} of ${total} jobs`);
    await delay(250);
  }
}

async function page(line, path) {
  const { status, text } = await line.request('GET', path);
  if (status !== 200) throw new Error(`${path} answered ${status}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}
