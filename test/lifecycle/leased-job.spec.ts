import { readFileSync } from 'node:fs';
import { TestOrchestrator } from '../support/orchestrator.js';

const { components } = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
  components: { schemas: Record<string, { properties: object }> };
};

let orchestrator: TestOrchestrator;
beforeAll(async () => (orchestrator = await TestOrchestrator.start('redis')));
afterAll(() => orchestrator.stop());

test('a worker gets exactly the documented fields, with what was submitted', async () => {
  const worker = await orchestrator.worker({ queues: ['fields'] });
  const submitted = {
    type: 'a.type-of_its:own',
    queue: 'fields',
    payload: { text: '"quoted" \\ Grüße 🚀\n', nested: [{}, null, 1.5] },
    metadata: { trace: 'a"b' },
    max_retries: 7,
    timeout_seconds: 44,
    priority: -3,
  };
  const { id, created_at } = await orchestrator.submit(submitted);
  const job = await worker.take();
  expect(Object.keys(job).sort()).toEqual(Object.keys(components.schemas['LeasedJob']!.properties).sort());
  expect(job).toMatchObject({ ...submitted, id, created_at, attempt: 1, retry_count: 0, lease_seconds: 15 });
});

test('jobs that are taken together each come with what was submitted for it', async () => {
  const worker = await orchestrator.worker({ queues: ['together'] });
  const payloads = ['a\u001eb', '\u001e', { text: ',' }, [1, 2], null, 1.5];
  const jobs = payloads.flatMap((payload) =>
    [1, 2].map((n) => {
      return { type: `type-${n}`, queue: 'together', payload, metadata: { n }, priority: n, timeout_seconds: 10 + n };
    }),
  );
  const { body } = await orchestrator.post<{ ids: string[] }>('/jobs/bulk', { jobs });
  const taken = await worker.takeMany(jobs.length);
  for (const [index, id] of body.ids.entries()) {
    expect(taken.find((job) => job.id === id)).toMatchObject({ ...jobs[index], id, attempt: 1 });
  }
});
