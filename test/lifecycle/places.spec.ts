import type { JobsAction } from '../../src/contract/action.dto.js';
import type { Queue } from '../../src/contract/queue.dto.js';
import { TestOrchestrator, type QueueMode } from '../support/orchestrator.js';
import { until } from '../support/until.js';

describe.each<QueueMode>(['redis', 'postgres'])('the place of a job that waits, through %s', (mode) => {
  let orchestrator: TestOrchestrator;
  beforeAll(async () => (orchestrator = await TestOrchestrator.start(mode)));
  afterAll(() => orchestrator.stop());

  async function act(body: object): Promise<void> {
    const { token } = (await orchestrator.post<JobsAction>('/jobs/actions', body)).body;
    await until(async () => (await orchestrator.get<JobsAction>(`/jobs/actions/${token}`)).body.state === 'done');
  }

  test('jobs that move are handed out by their new queue and no more by the old one', async () => {
    const [old, other] = [
      await orchestrator.worker({ queues: ['slow-lane'] }),
      await orchestrator.worker({ queues: ['fast-lane'] }),
    ];
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push((await orchestrator.submit({ queue: 'slow-lane' })).id);
    const parked = other.next({ wait_seconds: 5 });
    await act({ action: 'move', queue: 'fast-lane', ids: ids.slice(0, 2) });
    const woken = await parked;
    expect(woken.map((job) => [job.id, job.queue])).toEqual([[ids[0], 'fast-lane']]);
    expect((await old.next({ limit: 3, wait_seconds: 1 })).map((job) => job.id)).toEqual([ids[2]]);
    expect((await other.next({ limit: 3, wait_seconds: 5 })).map((job) => job.id)).toEqual([ids[1]]);
  });

  test('a job that SQL has moved waits for workers of its new queue alone', async () => {
    const [old, other] = [
      await orchestrator.worker({ queues: ['left'] }),
      await orchestrator.worker({ queues: ['entered'] }),
    ];
    const { id } = await orchestrator.submit({ queue: 'left' });
    await orchestrator.sql(`UPDATE jobs SET queue = 'entered' WHERE id = $1`, [id]);
    expect(await old.next({ wait_seconds: 1 })).toEqual([]);
    expect((await other.take()).id).toBe(id);
  });

  test('a job that SQL has moved to a paused queue holds up none of those behind it', async () => {
    const worker = await orchestrator.worker({ queues: ['open'] });
    await orchestrator.post('/queues/shut/pause');
    const [moved, next] = [await orchestrator.submit({ queue: 'open' }), await orchestrator.submit({ queue: 'open' })];
    await orchestrator.sql(`UPDATE jobs SET queue = 'shut' WHERE id = $1`, [moved.id]);
    expect((await worker.take()).id).toBe(next.id);
    expect((await orchestrator.job(moved.id)).status).toBe('PENDING');
  });

  test('a new priority puts jobs where it belongs, also before ones that came first', async () => {
    const worker = await orchestrator.worker({ queues: ['order'] });
    const ids: string[] = [];
    for (let i = 0; i < 4; i++) ids.push((await orchestrator.submit({ queue: 'order' })).id);
    await act({ action: 'prioritize', priority: 9, ids: [ids[2]] });
    await act({ action: 'prioritize', priority: -9, ids: [ids[0]] });
    expect((await orchestrator.job(ids[2]!)).priority).toBe(9);
    const taken: string[] = [];
    for (let i = 0; i < 4; i++) taken.push((await worker.take()).id);
    expect(taken).toEqual([ids[2], ids[1], ids[3], ids[0]]);
  });

  test('what waits for its time goes to the new queue when that comes', async () => {
    const worker = await orchestrator.worker({ queues: ['later'] });
    const { id } = await orchestrator.submit({ queue: 'sooner', delay_seconds: 1 });
    await act({ action: 'move', queue: 'later', filter: { queue: 'sooner' } });
    expect((await worker.take()).id).toBe(id);
  });

  test('the counts move with the jobs, and nothing counts as created', async () => {
    for (let i = 0; i < 3; i++) await orchestrator.submit({ queue: 'from', type: 'counted' });
    await act({ action: 'move', queue: 'to', filter: { queue: 'from' } });
    const pending = async (name: string) => (await orchestrator.get<Queue>(`/queues/${name}`)).body.pending;
    await until(async () => (await pending('to')) === 3);
    await until(async () => (await orchestrator.sql('SELECT FROM job_deltas')).length === 0);
    const created = await orchestrator.sql<{ name: string; n: number }>(
      `SELECT name, n FROM job_buckets WHERE seconds = 900 AND metric = 'created' AND scope = 'queue' AND name IN ('from', 'to')`,
    );
    expect(created).toEqual([{ name: 'from', n: 3 }]);
  });
});
