import { randomUUID } from 'node:crypto';
import type { CreatedJobs, Job } from '../../src/contract/job.dto.js';
import type { ErrorBody } from '../../src/contract/errors.js';
import { fenceOf, TestOrchestrator, type QueueMode } from '../support/orchestrator.js';
import { until } from '../support/until.js';

const NOWHERE = '0190f3c2-7b1e-7000-8000-000000000001';
const FAST = { kind: 'fixed', base_seconds: 0, cap_seconds: 0 } as const;

describe.each<QueueMode>(['redis', 'postgres'])('the life of a job, dispatched through %s', (mode) => {
  let orchestrator: TestOrchestrator;
  beforeAll(async () => (orchestrator = await TestOrchestrator.start(mode)));
  afterAll(() => orchestrator.stop());

  const untilParked = (workerId: string) =>
    until(async () => {
      const [row] = await orchestrator.sql(`SELECT FROM workers WHERE id = $1 AND current_poll_id IS NOT NULL`, [
        workerId,
      ]);
      return row;
    });

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

  test('higher priority runs first, then whoever came first', async () => {
    const worker = await orchestrator.worker({ queues: ['order'] });
    const ids: string[] = [];
    for (const priority of [0, 5, 0, -5]) ids.push((await orchestrator.submit({ queue: 'order', priority })).id);
    const taken: string[] = [];
    for (let i = 0; i < 4; i++) taken.push((await worker.take()).id);
    expect(taken).toEqual([ids[1], ids[0], ids[2], ids[3]]);
  });

  test('a worker takes turns between its queues, so that a flood of one type does not starve another', async () => {
    const worker = await orchestrator.worker({ queues: ['flood', 'drop'] });
    await orchestrator.post('/jobs/bulk', { jobs: Array.from({ length: 200 }, () => ({ type: 'flood' })) });
    const { id } = await orchestrator.submit({ type: 'drop' });
    const first = await worker.next({ limit: 4, wait_seconds: 5 });
    expect(first.map((job) => job.id)).toContain(id);
    expect(new Set(first.map((job) => job.queue))).toEqual(new Set(['flood', 'drop']));
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

  test('a long poll is answered when a job comes, by name of its queue only', async () => {
    const [right, wrong] = [
      await orchestrator.worker({ queues: ['bell'] }),
      await orchestrator.worker({ queues: ['other'] }),
    ];
    const [answer, nothing] = [right.next({ wait_seconds: 10 }), wrong.next({ wait_seconds: 1 })];
    await orchestrator.submit({ queue: 'bell' });
    expect(await answer).toHaveLength(1);
    expect(await nothing).toEqual([]);
  });

  test('a poll that is repeated under its id is answered the same leases', async () => {
    const worker = await orchestrator.worker({ queues: ['repeat'], concurrency: 2 });
    await orchestrator.submit({ queue: 'repeat' });
    await orchestrator.submit({ queue: 'repeat' });
    const poll = { limit: 1, poll_id: randomUUID(), wait_seconds: 2 };
    const first = await worker.next(poll);
    expect(await worker.next(poll)).toEqual(first);
    await worker.report(first[0]!);
    expect((await worker.next(poll))[0]!.id).not.toBe(first[0]!.id);
  });

  test('a worker that polls anew under an id no longer gets jobs by its older poll', async () => {
    const worker = await orchestrator.worker({ queues: ['super'] });
    const older = worker.next({ wait_seconds: 20, poll_id: randomUUID() });
    await untilParked(worker.id);
    const newer = worker.next({ wait_seconds: 20, poll_id: randomUUID() });
    expect(await older).toEqual([]);
    await orchestrator.submit({ queue: 'super' });
    expect(await newer).toHaveLength(1);
  });

  test('a job that a void poll was to get goes to a live one', async () => {
    const [stale, live] = [
      await orchestrator.worker({ queues: ['void'] }),
      await orchestrator.worker({ queues: ['void'] }),
    ];
    const older = stale.next({ wait_seconds: 20, poll_id: randomUUID() });
    await untilParked(stale.id);
    // As if this worker had polled anew on another orchestrator, and this one had not heard that the older poll is gone.
    await orchestrator.sql('UPDATE workers SET current_poll_id = $2 WHERE id = $1', [stale.id, randomUUID()]);
    const answer = live.next({ wait_seconds: 20 });
    const { id } = await orchestrator.submit({ queue: 'void' });
    expect(await answer).toMatchObject([{ id }]);
    expect(await older).toEqual([]);
  });

  test('a lease whose row somebody holds does not keep the heartbeats of others waiting for long', async () => {
    const [blocked, free] = [
      await orchestrator.worker({ queues: ['held'] }),
      await orchestrator.worker({ queues: ['held'] }),
    ];
    for (let i = 0; i < 2; i++) await orchestrator.submit({ queue: 'held' });
    const [held, other] = [await blocked.take(), await free.take()];
    const lock = await orchestrator.holding('SELECT FROM job_attempts WHERE job_id = $1 FOR UPDATE', [held.id]);
    try {
      const [, answer] = await Promise.all([blocked.heartbeat([held]), free.heartbeat([other])]);
      expect(answer.leases).toMatchObject([{ job_id: other.id, verdict: 'ok' }]);
    } finally {
      await lock.release();
    }
  });

  test('a report takes the next jobs with it', async () => {
    const worker = await orchestrator.worker({ queues: ['chain'] });
    for (let i = 0; i < 3; i++) await orchestrator.submit({ queue: 'chain' });
    const job = await worker.take();
    const { body } = await worker.reportMany([{ ...fenceOf(job), status: 'SUCCESS' }], { limit: 5 });
    expect(body.results[0]!.verdict).toBe('accepted');
    expect(body.jobs).toHaveLength(2);
  });

  test('a paused queue hands out nothing until it is resumed', async () => {
    const worker = await orchestrator.worker({ queues: ['paused'] });
    await orchestrator.post('/queues/paused/pause');
    await orchestrator.submit({ queue: 'paused' });
    expect(await worker.next({ wait_seconds: 0.5 })).toEqual([]);
    const waiting = worker.next({ wait_seconds: 10 });
    await orchestrator.post('/queues/paused/resume');
    expect(await waiting).toHaveLength(1);
  });

  test('a queue with a limit never runs more jobs than that, and goes on when one ends', async () => {
    const workers = await Promise.all(
      [1, 2, 3].map(() => orchestrator.worker({ queues: ['limited'], concurrency: 5 })),
    );
    for (let i = 0; i < 5; i++) await orchestrator.submit({ queue: 'limited' });
    await orchestrator.call('PATCH', '/queues/limited', { concurrency_limit: 2 });
    const taken = (await Promise.all(workers.map((worker) => worker.next({ limit: 5, wait_seconds: 0.5 })))).flat();
    expect(taken).toHaveLength(2);
    const waiting = workers[0]!.next({ limit: 5, wait_seconds: 10 });
    const owner = workers[1]!;
    await owner.report(taken[0]!);
    expect(await waiting).toHaveLength(1);
  });

  test('a draining worker gets no more jobs, and hears why', async () => {
    const worker = await orchestrator.worker({ queues: ['drain'] });
    const parked = worker.next({ wait_seconds: 20, poll_id: randomUUID() });
    await untilParked(worker.id);
    await orchestrator.post(`/workers/${worker.id}/drain`);
    expect(await parked).toEqual([]);
    await orchestrator.submit({ queue: 'drain' });
    expect(await worker.next()).toEqual([]);
    expect((await worker.heartbeat()).commands).toEqual(['drain']);
    await orchestrator.post(`/workers/${worker.id}/resume`);
    expect(await worker.next({ wait_seconds: 5 })).toHaveLength(1);
  });

  test('a worker that says farewell is OFFLINE at once', async () => {
    const worker = await orchestrator.worker();
    const farewell = { worker_id: worker.id, running: [], state: 'stopped' };
    expect((await orchestrator.post('/workers/heartbeat', farewell)).body).toMatchObject({
      status: 'OFFLINE',
      commands: [],
    });
    expect((await orchestrator.get(`/workers/${worker.id}`)).body).toMatchObject({ status: 'OFFLINE' });
  });

  test('an unknown worker is told to register', async () => {
    const { status, body } = await orchestrator.post<ErrorBody>('/jobs/next', { worker_id: NOWHERE });
    expect([status, body.error.code]).toEqual([404, 'worker_not_found']);
    expect((await orchestrator.post('/workers/heartbeat', { worker_id: NOWHERE })).status).toBe(404);
  });

  test('one report that the database cannot take does not fail the others in its batch', async () => {
    const worker = await orchestrator.worker({ queues: ['mixed'], concurrency: 3 });
    for (let i = 0; i < 3; i++) await orchestrator.submit({ queue: 'mixed', backoff: FAST });
    const jobs = await worker.next({ limit: 3, wait_seconds: 5 });
    const reports = jobs.map((job, index) => ({ ...fenceOf(job), status: 'SUCCESS' as const, result: index }));
    const stale = { ...reports[1]!, lease_token: randomUUID() };
    const unknown = { job_id: NOWHERE, attempt: 1, lease_token: randomUUID(), status: 'SUCCESS' as const };
    const { body } = await worker.reportMany([reports[0]!, stale, unknown, reports[2]!, reports[0]!]);
    expect(body.results.map((result) => result.verdict)).toEqual([
      'accepted',
      'lost',
      'not_found',
      'accepted',
      'duplicate',
    ]);
  });
});
