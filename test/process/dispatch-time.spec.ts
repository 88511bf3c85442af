import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Job } from '../../src/contract/job.dto.js';
import { connected, createDatabase } from '../support/postgres.js';
import { ProductProcess } from '../support/product-process.js';
import { until } from '../support/until.js';

jest.setTimeout(90_000);

afterEach(() => ProductProcess.killAll());

const JOBS = 50;
/** The aim is a p95 of 50 ms. This bound only tells "at once" from "at the next look". */
const MOST_MS = 250;

test.each(['redis', 'postgres'])('a worker that waits starts a new job at once (queue in %s)', async (mode) => {
  const database = await createDatabase();
  const url = await ProductProcess.start({
    role: 'orchestrator',
    port: 0,
    'database-url': database.url,
    'redis-url': mode === 'redis' ? process.env['TEST_REDIS_URL'] : undefined,
    'redis-prefix': `test-${randomUUID()}`,
  }).listening();
  await ProductProcess.start({ role: 'worker', 'orchestrator-url': url, concurrency: JOBS }).registered();
  for (let n = 0; n < JOBS; n++) {
    const body = JSON.stringify({ type: 'greet' });
    const answer = await fetch(`${url}/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const { id } = (await answer.json()) as Job;
    await until(async () => ((await (await fetch(`${url}/jobs/${id}`)).json()) as Job).status !== 'PENDING', 10_000);
    // The worker asks again before the next job is there.
    await delay(20);
  }
  const { rows } = await connected(database.url, (client) =>
    client.query<{ p50: number; p95: number }>(
      `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50, percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) AS p95
      FROM (SELECT extract(epoch FROM a.started_at - j.created_at) * 1000 AS ms
        FROM jobs j JOIN job_attempts a ON a.job_id = j.id AND a.attempt_number = 1) waits`,
    ),
  );
  const { p50, p95 } = rows[0]!;
  process.stdout.write(`from submission to start (${mode}): p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms\n`);
  expect(p50).toBeLessThan(MOST_MS);
  await ProductProcess.killAll();
  await database.drop();
});
