import type { Queue } from '../../src/contract/queue.dto.js';
import type { ErrorGroupList, Stats, Timeseries } from '../../src/contract/stats.dto.js';
import { TestOrchestrator, type TestWorker } from '../support/orchestrator.js';
import { until } from '../support/until.js';

let orchestrator: TestOrchestrator;

beforeEach(async () => {
  orchestrator = await TestOrchestrator.start('redis');
});

afterEach(() => orchestrator.stop());

async function countTable(): Promise<Record<string, number>> {
  const rows = await orchestrator.sql<{ status: string; n: number }>(
    'SELECT status, count(*)::int AS n FROM jobs GROUP BY status',
  );
  return Object.fromEntries(rows.map(({ status, n }) => [status, n]));
}

async function stats(): Promise<Stats> {
  return (await orchestrator.get<Stats>('/stats')).body;
}

/** Takes what is there and ends each job in another way. */
async function endInManyWays(worker: TestWorker): Promise<void> {
  for (const job of await worker.next({ limit: 50, wait_seconds: 1 })) {
    const way = Number(job.id.charCodeAt(job.id.length - 1)) % 5;
    if (way === 0) await worker.report(job);
    else if (way === 1) await worker.report(job, { status: 'FAILED', error: 'tried again', retry_after_seconds: 3600 });
    else if (way === 2) await worker.report(job, { status: 'FAILED', error: 'for good', retryable: false });
    else if (way === 3) await worker.report(job, { status: 'RELEASED' });
  }
}

test('whatever becomes of jobs, the counts are those of the table', async () => {
  const jobs = await Promise.all([
    ...Array.from({ length: 40 }, (_, i) => orchestrator.submit({ type: `t${i % 3}`, max_retries: i % 2 })),
    ...Array.from({ length: 5 }, () => orchestrator.submit({ type: 'later', delay_seconds: 3600 })),
  ]);
  expect((await stats()).jobs).toMatchObject({ PENDING: 40, SCHEDULED: 5 });
  const worker = await orchestrator.worker({ concurrency: 100 });
  await endInManyWays(worker);
  await orchestrator.post(`/jobs/${jobs[44]!.id}/cancel`);
  await endInManyWays(worker);
  const failed = await orchestrator.sql<{ id: string }>(
    `SELECT id FROM jobs WHERE status IN ('FAILED', 'CANCELLED') LIMIT 3`,
  );
  await orchestrator.post(`/jobs/${failed[0]!.id}/retry`);
  await orchestrator.call('DELETE', `/jobs/${failed[1]!.id}`);
  const table = await countTable();
  expect(Object.keys(table).length).toBeGreaterThan(4);
  expect((await stats()).jobs).toMatchObject(table);
  await until(async () => (await orchestrator.sql('SELECT FROM job_deltas')).length === 0);
  expect((await stats()).jobs).toMatchObject(table);

  const { buckets } = (await orchestrator.get<Timeseries>('/stats/timeseries?window=15m')).body;
  const sum = (key: 'created' | 'succeeded' | 'failed') => buckets.reduce((total, bucket) => total + bucket[key], 0);
  expect([sum('created'), sum('succeeded')]).toEqual([45, table.SUCCESS]);
  expect(buckets.at(-1)!.backlog).toBe(table.PENDING);
  expect(buckets.findLast((bucket) => bucket.succeeded > 0)).toMatchObject({
    wait_p50_ms: expect.any(Number),
    duration_p95_ms: expect.any(Number),
  });
  const { groups } = (await orchestrator.get<ErrorGroupList>('/errors')).body;
  expect(groups.map(({ message }) => message)).toEqual(expect.arrayContaining(['tried again', 'for good']));
  expect(groups[0]!.queues.length).toBeGreaterThan(0);
});

test('a paused queue hands out nothing, on another orchestrator either, until it is resumed', async () => {
  const other = await orchestrator.startAnother();
  try {
    const worker = (await orchestrator.worker()).at(other);
    expect((await orchestrator.post<Queue>('/queues/mail/pause')).body.is_paused).toBe(true);
    await orchestrator.submit({ type: 'mail' });
    expect(await worker.next()).toEqual([]);
    const parked = worker.next({ wait_seconds: 10 });
    await orchestrator.submit({ type: 'other' });
    expect(await parked).toMatchObject([{ queue: 'other' }]);
    const parkedAgain = worker.next({ wait_seconds: 10 });
    const resumedAt = performance.now();
    await orchestrator.post('/queues/mail/resume');
    expect(await parkedAgain).toMatchObject([{ queue: 'mail' }]);
    expect(performance.now() - resumedAt).toBeLessThan(5000);
  } finally {
    await other.stop();
  }
});
