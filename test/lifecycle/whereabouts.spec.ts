import type { JobsAction } from '../../src/contract/action.dto.js';
import { INVARIANTS } from '../chaos/check/invariants.js';
import { TestOrchestrator, type QueueMode } from '../support/orchestrator.js';
import { until } from '../support/until.js';

const FAILS = { status: 'FAILED', error: 'boom' } as const;

describe.each<QueueMode>(['redis', 'postgres'])('through %s,', (mode) => {
  let orchestrator: TestOrchestrator;
  beforeAll(async () => (orchestrator = await TestOrchestrator.start(mode, { sweepSeconds: 0.2 })));
  afterAll(() => orchestrator.stop());

  const expectInvariants = async () => {
    for (const { name, sql } of INVARIANTS.filter(({ name }) => /among the ready|under no claim/.test(name)))
      expect([name, await orchestrator.sql(sql)]).toEqual([name, []]);
  };

  const readyIds = async () =>
    (await orchestrator.sql<{ id: string }>('SELECT id FROM ready_jobs')).map(({ id }) => id);

  test('whatever happens to a job, it is among the ready ones while it is PENDING and under a claim while it runs', async () => {
    const worker = await orchestrator.worker({ queues: ['here', 'there'] });
    const noDelay = { kind: 'fixed', base_seconds: 0, cap_seconds: 0 } as const;
    const { id } = await orchestrator.submit({ queue: 'here', delay_seconds: 0.3, max_retries: 1, backoff: noDelay });
    expect(await readyIds()).toEqual([]);
    await orchestrator.untilStatus(id, 'PENDING');
    expect(await readyIds()).toEqual([id]);

    const { token } = (
      await orchestrator.post<JobsAction>('/jobs/actions', { action: 'move', queue: 'there', ids: [id] })
    ).body;
    await until(async () => (await orchestrator.get<JobsAction>(`/jobs/actions/${token}`)).body.state === 'done');
    await expectInvariants();

    for (const report of [{ status: 'RELEASED' } as const, FAILS, FAILS]) {
      const job = await worker.take();
      expect(job).toMatchObject({ id, queue: 'there' });
      expect(await readyIds()).toEqual([]);
      await expectInvariants();
      await worker.report(job, report);
      await expectInvariants();
    }
    await orchestrator.untilStatus(id, 'DEAD');

    await orchestrator.post(`/jobs/${id}/retry`);
    expect(await readyIds()).toEqual([id]);
    await orchestrator.post(`/jobs/${id}/cancel`);
    expect(await readyIds()).toEqual([]);
    await orchestrator.post(`/jobs/${id}/retry`);
    await worker.report(await worker.take());
    expect((await orchestrator.attempts(id)).map(({ status }) => status)).toEqual([
      'RELEASED',
      'FAILED',
      'FAILED',
      'SUCCESS',
    ]);
    await expectInvariants();
  });

  test('a claim is forgotten when the last of its jobs has ended, and only then', async () => {
    const worker = await orchestrator.worker({ queues: ['batch'] });
    for (let i = 0; i < 4; i++) await orchestrator.submit({ queue: 'batch' });
    const [last, ...others] = await worker.takeMany(4);
    const claimed = async () => {
      const claims = await orchestrator.sql<{ job_ids: string[] }>(`SELECT job_ids FROM claims WHERE worker_id = $1`, [
        worker.id,
      ]);
      return claims.flatMap(({ job_ids }) => job_ids);
    };
    for (const job of others) await worker.report(job);
    await until(async () => (await claimed()).length === 1);
    expect(await claimed()).toEqual([last!.id]);
    await expectInvariants();
    await worker.report(last!);
    await until(async () => (await claimed()).length === 0);
  });

  test('a job that somebody makes PENDING by hand runs, and one that is taken out of it does not', async () => {
    const worker = await orchestrator.worker({ queues: ['by-hand'] });
    const [gone, removed, again] = [
      await orchestrator.submit({ queue: 'by-hand', delay_seconds: 60 }),
      await orchestrator.submit({ queue: 'by-hand', delay_seconds: 60 }),
      await orchestrator.submit({ queue: 'by-hand', delay_seconds: 60 }),
    ];
    await orchestrator.sql(`UPDATE jobs SET status = 'PENDING', wait_until = NULL WHERE queue = 'by-hand'`);
    await orchestrator.sql(`UPDATE jobs SET status = 'CANCELLED', finished_at = now() WHERE id = $1`, [gone.id]);
    await orchestrator.sql(`DELETE FROM jobs WHERE id = $1`, [removed.id]);
    expect(await worker.take()).toMatchObject({ id: again.id });
    await expectInvariants();
  });
});
