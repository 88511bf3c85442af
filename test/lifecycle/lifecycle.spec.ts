import { randomUUID } from 'node:crypto';
import type { CreatedJobs, Job } from '../../src/contract/job.dto.js';
import type { ErrorBody } from '../../src/contract/errors.js';
import { TestOrchestrator, type QueueMode } from '../support/orchestrator.js';

describe.each<QueueMode>(['redis', 'postgres'])('the life of a job, dispatched through %s', (mode) => {
  let orchestrator: TestOrchestrator;
  beforeAll(async () => (orchestrator = await TestOrchestrator.start(mode)));
  afterAll(() => orchestrator.stop());

  test('runs from submission to success, and keeps what the handler returned', async () => {
    const worker = await orchestrator.worker({ queues: ['life'] });
    const { id, status } = await orchestrator.submit({ queue: 'life', payload: { to: 'user@example.com' } });
    expect(status).toBe('PENDING');
    const leased = await worker.take();
    expect(leased).toMatchObject({ id, attempt: 1, payload: { to: 'user@example.com' }, lease_seconds: 15 });
    expect(await orchestrator.job(id)).toMatchObject({ status: 'RUNNING', worker_id: worker.id, attempt: 1 });
    expect((await worker.report(leased, { result: { sent: true } })).body.results).toEqual([
      { job_id: id, attempt: 1, verdict: 'accepted' },
    ]);
    expect(await orchestrator.job(id)).toMatchObject({ status: 'SUCCESS', result: { sent: true }, error: null });
    expect(await orchestrator.attempts(id)).toMatchObject([
      { attempt_number: 1, status: 'SUCCESS', worker_id: worker.id },
    ]);
  });

  test('a failure waits for its backoff, keeps every error, and ends DEAD when its retries are spent', async () => {
    const worker = await orchestrator.worker({ queues: ['dying'] });
    const { id } = await orchestrator.submit({
      queue: 'dying',
      max_retries: 1,
      backoff: { kind: 'fixed', base_seconds: 0.5, cap_seconds: 1 },
    });
    await worker.report(await worker.take(), { status: 'FAILED', error: 'first' });
    expect(await orchestrator.job(id)).toMatchObject({ status: 'RETRYING', retry_count: 1, error: 'first' });
    const second = await worker.take();
    const [failed, started] = await orchestrator.attempts(id);
    expect(Date.parse(started!.started_at) - Date.parse(failed!.finished_at!)).toBeGreaterThanOrEqual(500);
    await worker.report(second, { status: 'FAILED', error: { message: 'second', type: 'Boom', stack: 'at line 1' } });
    expect(await orchestrator.job(id)).toMatchObject({
      status: 'DEAD',
      dead_reason: 'retries_exhausted',
      error: 'second',
    });
    expect(await orchestrator.attempts(id)).toMatchObject([
      { status: 'FAILED', error: 'first' },
      { status: 'FAILED', error: 'second', error_type: 'Boom', error_stack: 'at line 1' },
    ]);
  });

  test('a failure that a retry cannot help ends FAILED at once', async () => {
    const worker = await orchestrator.worker({ queues: ['failing'] });
    const { id } = await orchestrator.submit({ queue: 'failing' });
    await worker.report(await worker.take(), { status: 'FAILED', error: 'no', retryable: false });
    expect(await orchestrator.job(id)).toMatchObject({ status: 'FAILED', retry_count: 0 });
  });

  test('a scheduled job runs when its time has come, not before', async () => {
    const worker = await orchestrator.worker({ queues: ['later'] });
    const { id, status } = await orchestrator.submit({ queue: 'later', delay_seconds: 0.6 });
    expect(status).toBe('SCHEDULED');
    expect(await worker.next()).toEqual([]);
    const leased = await worker.take();
    const { run_at, started_at } = await orchestrator.job(leased.id);
    expect(leased.id).toBe(id);
    expect(started_at! >= run_at!).toBe(true);
  });

  test('the same idempotency key and body answer the first job; another body is refused', async () => {
    const body = { type: 'test', queue: 'keys', payload: { a: 1, b: [1, 2] } };
    const headers = { 'idempotency-key': randomUUID() };
    const [first, again] = [
      await orchestrator.post<Job>('/jobs', body, headers),
      await orchestrator.post<Job>(
        '/jobs',
        '{"queue":"keys","payload":{"b":[1,2],"a":1},"priority":0,"type":"test"}',
        headers,
      ),
    ];
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body.id).toBe(first.body.id);
    const other = await orchestrator.post<ErrorBody>('/jobs', { ...body, payload: { a: 2 } }, headers);
    expect(other.status).toBe(409);
    expect(other.body.error.code).toBe('idempotency_conflict');
  });

  test('twenty submissions with one key at the same moment make one job', async () => {
    const body = { type: 'test', queue: 'race', idempotency_key: randomUUID() };
    const answers = await Promise.all(Array.from({ length: 20 }, () => orchestrator.post<Job>('/jobs', body)));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
  });

  test('a bulk call answers ids in order, reuses known keys, and is all or nothing', async () => {
    const key = randomUUID();
    const known = await orchestrator.submit({ queue: 'bulk', idempotency_key: key });
    const jobs = [
      { type: 'test', queue: 'bulk', payload: 1 },
      { type: 'test', queue: 'bulk', idempotency_key: key },
      { type: 'test', queue: 'bulk', payload: 3 },
    ];
    const { body } = await orchestrator.post<CreatedJobs>('/jobs/bulk', { jobs });
    expect(body.created).toBe(2);
    expect(body.ids[1]).toBe(known.id);
    expect((await orchestrator.job(body.ids[2]!)).payload).toBe(3);

    const conflicting = [...jobs, { type: 'test', queue: 'bulk', payload: 'other', idempotency_key: key }];
    const refused = await orchestrator.post<ErrorBody>('/jobs/bulk', { jobs: conflicting });
    expect(refused.status).toBe(409);
    expect(refused.body.error.details![0]!.field).toBe('jobs[3].idempotency_key');
    const [{ n }] = (await orchestrator.sql<{ n: string }>(`SELECT count(*) AS n FROM jobs WHERE queue = 'bulk'`)) as [
      { n: string },
    ];
    expect(Number(n)).toBe(3);
  });

  test('a waiting job is cancelled at once; a running one is asked to stop, and a success that comes first wins', async () => {
    const worker = await orchestrator.worker({ queues: ['cancel'] });
    const waiting = await orchestrator.submit({ queue: 'cancel' });
    expect((await orchestrator.post<Job>(`/jobs/${waiting.id}/cancel`)).body.status).toBe('CANCELLED');
    await orchestrator.submit({ queue: 'cancel' });
    await orchestrator.submit({ queue: 'cancel' });
    const [stopped, finished] = [await worker.take(), await worker.take()];
    for (const job of [stopped, finished]) await orchestrator.post(`/jobs/${job.id}/cancel`);
    const { leases } = await worker.heartbeat([stopped, finished]);
    expect(leases.map((lease) => lease.verdict)).toEqual(['cancel', 'cancel']);
    await worker.report(stopped, { status: 'CANCELLED' });
    await worker.report(finished, { status: 'SUCCESS' });
    expect((await orchestrator.job(stopped.id)).status).toBe('CANCELLED');
    expect((await orchestrator.job(finished.id)).status).toBe('SUCCESS');
    expect((await orchestrator.post(`/jobs/${finished.id}/cancel`)).status).toBe(409);
  });

  test('a dead job can be retried with fresh budgets and keeps its history', async () => {
    const worker = await orchestrator.worker({ queues: ['revive'] });
    const { id } = await orchestrator.submit({ queue: 'revive', max_retries: 0 });
    await worker.report(await worker.take(), { status: 'FAILED', error: 'once' });
    const revived = await orchestrator.post<Job>(`/jobs/${id}/retry`);
    expect(revived.body).toMatchObject({
      status: 'PENDING',
      retry_count: 0,
      error: null,
      finished_at: null,
      attempt: 1,
    });
    const second = await worker.take();
    expect(second.attempt).toBe(2);
    await worker.report(second);
    expect((await orchestrator.attempts(id)).map((attempt) => attempt.status)).toEqual(['FAILED', 'SUCCESS']);
    expect((await orchestrator.post(`/jobs/${id}/retry`)).status).toBe(409);
  });

  test('a job can be run again as a new one with another payload, and an ended one deleted', async () => {
    const worker = await orchestrator.worker({ queues: ['again'] });
    const { id } = await orchestrator.submit({ queue: 'again', payload: { n: 1 }, tags: ['x'], priority: 3 });
    expect((await orchestrator.call('DELETE', `/jobs/${id}`)).status).toBe(409);
    await worker.report(await worker.take());
    const clone = await orchestrator.post<Job>(`/jobs/${id}/rerun`, { payload: { n: 2 } });
    expect(clone.body).toMatchObject({
      payload: { n: 2 },
      tags: ['x'],
      priority: 3,
      queue: 'again',
      status: 'PENDING',
    });
    expect((await orchestrator.call('DELETE', `/jobs/${id}`)).status).toBe(204);
    expect((await orchestrator.get(`/jobs/${id}`)).status).toBe(404);
    expect((await worker.report(await worker.take())).status).toBe(200);
  });
});
