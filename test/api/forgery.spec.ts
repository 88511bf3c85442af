import { randomUUID } from 'node:crypto';
import type { ReportAnswer } from '../../src/contract/lease.dto.js';
import { fenceOf, TestOrchestrator, type QueueMode, type TestWorker } from '../support/orchestrator.js';

/** Many requests in each test, on a machine that may be busy. */

describe.each<QueueMode>(['redis', 'postgres'])('with the ready queue in %s', (mode) => {
  let orchestrator: TestOrchestrator;
  let worker: TestWorker;
  let thief: TestWorker;

  beforeAll(async () => {
    orchestrator = await TestOrchestrator.start(mode);
  });

  beforeEach(async () => {
    [worker, thief] = [await orchestrator.worker(), await orchestrator.worker()];
  });

  afterAll(() => orchestrator.stop());

  it('a report with a made-up token, another attempt or for another job is refused, and the holder goes on', async () => {
    await orchestrator.submit();
    await orchestrator.submit();
    const [job, other] = [await worker.take(), await worker.take()];
    const forged = [
      { lease_token: randomUUID() },
      { lease_token: other.lease_token },
      { attempt: 2 },
      { attempt: 2_147_483_647 },
      { job_id: other.id },
    ];
    for (const status of ['SUCCESS', 'FAILED', 'TIMED_OUT', 'RELEASED', 'CANCELLED'] as const) {
      for (const part of forged) {
        expect(await thief.report(job, { ...part, status })).toMatchObject({
          status: 409,
          body: { error: { code: 'lease_lost' } },
        });
      }
    }
    const batch = await thief.reportMany(
      forged.map((part) => ({ ...fenceOf(job), status: 'SUCCESS' as const, ...part })),
    );
    expect(batch.body.results.map(({ verdict }) => verdict)).toEqual(forged.map(() => 'lost'));
    for (const lease of [job, other]) {
      expect(await orchestrator.job(lease.id)).toMatchObject({ status: 'RUNNING', worker_id: worker.id });
      expect((await worker.report(lease)).status).toBe(200);
    }
  });

  it('the short report of a worker that never held the job is refused', async () => {
    const { id } = await orchestrator.submit();
    const job = await worker.take();
    const short = { job_id: id, status: 'SUCCESS' };
    expect(await orchestrator.post('/jobs/report', { ...short, worker_id: thief.id })).toMatchObject({ status: 409 });
    expect(await orchestrator.post('/jobs/report', { ...short, worker_id: randomUUID() })).toMatchObject({
      status: 409,
    });
    expect((await worker.report(job)).status).toBe(200);
  });

  it('a heartbeat with a made-up token renews nothing and shows no progress', async () => {
    await orchestrator.submit();
    const job = await worker.take();
    const { leases } = await thief.heartbeat([{ ...job, lease_token: randomUUID() }], {
      progress: 99,
      message: 'forged',
    });
    expect(leases).toEqual([{ job_id: job.id, attempt: 1, verdict: 'lost' }]);
    expect(await orchestrator.job(job.id)).toMatchObject({ progress: null, progress_message: null });
    await worker.report(job);
  });

  it('log lines with a made-up token, or by another worker, are refused', async () => {
    await orchestrator.submit();
    const job = await worker.take();
    const { attempt, lease_token } = fenceOf(job);
    const lines = [{ message: 'forged' }];
    const path = `/jobs/${job.id}/logs`;
    for (const fence of [
      { worker_id: worker.id, attempt, lease_token: randomUUID() },
      { worker_id: thief.id, attempt, lease_token },
      { worker_id: worker.id, attempt: 2, lease_token },
    ]) {
      expect(await orchestrator.post(path, { ...fence, lines })).toMatchObject({
        status: 409,
        body: { error: { code: 'lease_lost' } },
      });
    }
    expect((await orchestrator.get(path)).body).toMatchObject({ lines: [] });
    await worker.report(job);
  });

  it("a poll with another worker's poll_id gets none of its leases, nor shows it any", async () => {
    const poll_id = randomUUID();
    await orchestrator.submit();
    const [job] = await worker.next({ wait_seconds: 5, poll_id });
    expect(await thief.next({ poll_id })).toEqual([]);
    await orchestrator.submit();
    const [stolen] = await thief.next({ wait_seconds: 5, poll_id });
    expect(stolen!.id).not.toBe(job!.id);
    expect((await worker.next({ poll_id })).map(({ id }) => id)).toEqual([job!.id]);
    await worker.report(job!);
    await thief.report(stolen!);
  });

  it('an unknown worker gets no job, can report nothing, and keeps nothing alive', async () => {
    const job = await orchestrator.submit();
    const worker_id = randomUUID();
    expect((await orchestrator.post('/jobs/next', { worker_id })).status).toBe(404);
    expect((await orchestrator.post('/workers/heartbeat', { worker_id })).status).toBe(404);
    const report = { job_id: job.id, worker_id, status: 'SUCCESS' };
    expect((await orchestrator.post('/jobs/report', report)).status).toBe(409);
    const batch = await orchestrator.post<ReportAnswer>('/jobs/report', {
      worker_id,
      reports: [],
      next: { limit: 1000 },
    });
    expect(batch).toMatchObject({ status: 200, body: { results: [], jobs: [] } });
    expect(await orchestrator.job(job.id)).toMatchObject({ status: 'PENDING' });
    await worker.report(await worker.take());
  });

  it('one report a thousand times over in one batch counts once', async () => {
    await orchestrator.submit();
    const job = await worker.take();
    const copies = Array.from({ length: 1000 }, () => ({ ...fenceOf(job), status: 'SUCCESS' as const }));
    const { body } = await worker.reportMany(copies);
    expect(body.results.filter(({ verdict }) => verdict === 'accepted')).toHaveLength(1);
    expect(body.results.filter(({ verdict }) => verdict === 'duplicate')).toHaveLength(999);
  });

  it('of contradicting reports in one batch one wins, and the job ends once', async () => {
    const { id } = await orchestrator.submit();
    const job = await worker.take();
    const statuses = ['FAILED', 'SUCCESS', 'RELEASED', 'TIMED_OUT'] as const;
    const { body } = await worker.reportMany(statuses.map((status) => ({ ...fenceOf(job), status, retryable: false })));
    expect(body.results.filter(({ verdict }) => verdict === 'accepted')).toHaveLength(1);
    expect((await orchestrator.attempts(id)).map(({ attempt_number }) => attempt_number)).toEqual([1]);
    if ((await orchestrator.job(id)).status === 'PENDING') await worker.report(await worker.take());
  });

  it('an idempotency key belongs to one body, whatever the order of keys, and goes with its job', async () => {
    const key = randomUUID();
    const submit = (body: object) =>
      orchestrator.post<{ id: string }>('/jobs', { type: 'keyed', idempotency_key: key, ...body });
    const first = await submit({ payload: { a: 1, b: [2] } });
    expect(first.status).toBe(201);
    expect(await submit({ payload: { b: [2], a: 1 }, priority: 0, max_retries: 3 })).toMatchObject({
      status: 200,
      body: { id: first.body.id },
    });
    for (const body of [
      {},
      { payload: { a: 1, b: [3] } },
      { payload: { a: 1, b: [2] }, priority: 1 },
      { payload: { a: 1, b: [2] }, queue: 'other' },
    ]) {
      expect(await submit(body)).toMatchObject({ status: 409, body: { error: { code: 'idempotency_conflict' } } });
    }
    const bulk = await orchestrator.post('/jobs/bulk', {
      jobs: [{ type: 'bystander' }, { type: 'keyed', idempotency_key: key, payload: 'other' }],
    });
    expect(bulk).toMatchObject({ status: 409, body: { error: { details: [{ field: 'jobs[1].idempotency_key' }] } } });
    expect(await orchestrator.sql(`SELECT id FROM jobs WHERE type = 'bystander'`)).toEqual([]);
    const many = await Promise.all(Array.from({ length: 20 }, () => submit({ payload: { a: 1, b: [2] } })));
    expect(new Set(many.map(({ body }) => body.id))).toEqual(new Set([first.body.id]));
    await worker.report(await worker.take());
    expect((await orchestrator.call('DELETE', `/jobs/${first.body.id}`)).status).toBe(204);
    const again = await submit({ payload: 'other' });
    expect(again.status).toBe(201);
    await worker.report(await worker.take());
  });
});
