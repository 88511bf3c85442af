import type { Worker, WorkerHistory, WorkerList } from '../../src/contract/worker.dto.js';
import { TestOrchestrator } from '../support/orchestrator.js';
import { until } from '../support/until.js';

let orchestrator: TestOrchestrator;

beforeAll(async () => {
  orchestrator = await TestOrchestrator.start('postgres', { leaseSeconds: 2, heartbeatSeconds: 0.3 });
});
afterAll(() => orchestrator.stop());

const seen = async (id: string) => (await orchestrator.get<Worker>(`/workers/${id}`)).body;
const history = async (id: string) => (await orchestrator.get<WorkerHistory>(`/workers/${id}/history`)).body;

test('what a worker reports is counted by the hour and by the minute: accepted reports once, failures that are retried too', async () => {
  const worker = await orchestrator.worker({ queues: ['counted'] });
  await orchestrator.post('/jobs/bulk', { jobs: Array.from({ length: 4 }, () => ({ type: 'counted' })) });
  const jobs = await worker.next({ limit: 4, wait_seconds: 5 });
  await worker.heartbeat(jobs);
  await worker.report(jobs[0]!);
  await worker.report(jobs[0]!);
  await worker.reportMany(
    [jobs[1]!, jobs[2]!].map((job) => ({
      job_id: job.id,
      attempt: job.attempt,
      lease_token: job.lease_token,
      status: 'FAILED',
    })),
  );
  await worker.report(jobs[3]!, { status: 'RELEASED' });
  await until(async () => (await seen(worker.id)).succeeded_last_hour > 0);
  expect(await seen(worker.id)).toMatchObject({ succeeded_last_hour: 1, failed_last_hour: 2, lost_last_day: 0 });
  const { workers } = (await orchestrator.get<WorkerList>('/workers')).body;
  expect(workers.find(({ id }) => id === worker.id)).toMatchObject({ succeeded_last_hour: 1, failed_last_hour: 2 });
  const { minutes } = await history(worker.id);
  const sum = (key: 'succeeded' | 'failed' | 'busy_seconds') =>
    minutes.reduce((total, minute) => total + minute[key], 0);
  expect([sum('succeeded'), sum('failed')]).toEqual([1, 2]);
  expect(sum('busy_seconds')).toBeCloseTo(4 * 0.3);
});

test('a worker that falls silent has lost its attempts, and its history says what became of the jobs', async () => {
  const [worker, other] = [
    await orchestrator.worker({ queues: ['silent'] }),
    await orchestrator.worker({ queues: ['-'] }),
  ];
  const { id } = await orchestrator.submit({ queue: 'silent' });
  const job = await worker.take();
  await worker.heartbeat([job]);
  // Somebody must be heard of, or all leases are held off.
  await until(async () => {
    await other.heartbeat([]);
    return (await seen(worker.id)).lost_last_day === 1;
  });
  await orchestrator.untilStatus(id, 'PENDING');
  expect((await history(worker.id)).lost).toMatchObject([{ job_id: id, attempt: 1, type: 'test', status: 'PENDING' }]);
});

test('a heartbeat may say what the process uses; what it no longer says is no longer shown', async () => {
  const worker = await orchestrator.worker();
  expect(await seen(worker.id)).toMatchObject({ cpu_percent: null, rss_bytes: null });
  const beat = (use: object) => orchestrator.post('/workers/heartbeat', { worker_id: worker.id, running: [], ...use });
  await beat({ cpu_percent: 12.5, rss_bytes: 98_765_432_109 });
  expect(await seen(worker.id)).toMatchObject({ cpu_percent: 12.5, rss_bytes: 98_765_432_109 });
  await beat({});
  expect(await seen(worker.id)).toMatchObject({ cpu_percent: null, rss_bytes: null });
  expect((await beat({ cpu_percent: -1 })).status).toBe(400);
  expect((await beat({ rss_bytes: 1.5 })).status).toBe(400);
});

test('what is too old is forgotten, and an unknown worker has no history', async () => {
  const worker = await orchestrator.worker();
  await orchestrator.sql(`INSERT INTO worker_minutes SELECT $1, now() - interval '62 minutes', 1, 1, 1`, [worker.id]);
  await orchestrator.sql(`INSERT INTO worker_losses SELECT $1, gen_random_uuid(), 1, now() - interval '25 hours'`, [
    worker.id,
  ]);
  await until(
    async () =>
      (
        await orchestrator.sql(
          'SELECT worker_id FROM worker_minutes WHERE worker_id = $1 UNION ALL SELECT worker_id FROM worker_losses WHERE worker_id = $1',
          [worker.id],
        )
      ).length === 0,
  );
  expect((await orchestrator.get('/workers/0190f3c2-7b1e-7000-8000-000000000001/history')).status).toBe(404);
});
