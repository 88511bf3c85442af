import { TestOrchestrator } from '../support/orchestrator.js';
import { until } from '../support/until.js';

let orchestrator: TestOrchestrator;

beforeAll(async () => {
  orchestrator = await TestOrchestrator.start('postgres');
});
afterAll(() => orchestrator.stop());

async function scrape(): Promise<string[]> {
  const response = await fetch(`${orchestrator.url}/metrics`);
  return (await response.text()).split('\n');
}

test('Prometheus is told of each queue how much waits and runs, for how long, and who could take it', async () => {
  const worker = await orchestrator.worker({ queues: ['mail'], concurrency: 7 });
  for (let i = 0; i < 3; i++) await orchestrator.submit({ queue: 'mail' });
  await worker.take();
  const wanted = [
    'orchestrator_queue_jobs{queue="mail",status="PENDING"} 2',
    'orchestrator_queue_jobs{queue="mail",status="RUNNING"} 1',
    'orchestrator_queue_jobs{queue="mail",status="DEAD"} 0',
    'orchestrator_queue_slots{queue="mail"} 7',
    'orchestrator_queues 1',
  ];
  await until(async () => {
    const lines = await scrape();
    return wanted.every((line) => lines.includes(line));
  });
  await orchestrator.sql(`UPDATE jobs SET created_at = now() - interval '75 seconds' WHERE status = 'PENDING'`);
  await until(async () =>
    (await scrape()).some((line) => /^orchestrator_queue_oldest_pending_seconds\{queue="mail"\} 7[5-9]\./.test(line)),
  );
});

test('of many queues it names the thousand with most to do, and counts them all', async () => {
  await orchestrator.sql(
    `INSERT INTO job_counts SELECT 'q' || i, 't', 'PENDING', 10 + i FROM generate_series(1, 1500) i`,
  );
  await until(async () => (await scrape()).includes('orchestrator_queues 1501'));
  const lines = await scrape();
  const named = lines.filter((line) => /^orchestrator_queue_jobs\{queue="q\d+",status="PENDING"\}/.test(line));
  expect(named).toHaveLength(1000);
  expect(named[0]).toBe('orchestrator_queue_jobs{queue="q1500",status="PENDING"} 1510');
  expect(lines).not.toContain('orchestrator_queue_jobs{queue="q500",status="PENDING"} 510');
});
