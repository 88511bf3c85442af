import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ErrorBody } from '../../src/contract/errors.js';
import type { LeasedJob } from '../../src/contract/lease.dto.js';
import { fenceOf, TestOrchestrator, type QueueMode } from '../support/orchestrator.js';
import { until } from '../support/until.js';

const NOWHERE = '0190f3c2-7b1e-7000-8000-000000000001';

describe.each<QueueMode>(['redis', 'postgres'])('dispatch through %s', (mode) => {
  let orchestrator: TestOrchestrator;
  beforeAll(async () => (orchestrator = await TestOrchestrator.start(mode)));
  afterAll(() => orchestrator.stop());

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
    const taken: LeasedJob[] = [];
    // An id may reach Redis a moment after its job was accepted: the first turn may miss it, though not the next few.
    for (let turn = 0; turn < 5 && !taken.some((job) => job.id === id); turn++) {
      taken.push(...(await worker.next({ limit: 4, wait_seconds: 5 })));
    }
    expect(taken.map((job) => job.id)).toContain(id);
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
    await orchestrator.untilParked(worker.id);
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
    await orchestrator.untilParked(stale.id);
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
    const lock = await orchestrator.holding('SELECT FROM jobs WHERE id = $1 FOR UPDATE', [held.id]);
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

  test('a queue at its limit holds up none of the others', async () => {
    const worker = await orchestrator.worker({ queues: ['full', 'free'], concurrency: 10 });
    await orchestrator.call('PATCH', '/queues/full', { concurrency_limit: 1 });
    for (let i = 0; i < 3; i++) await orchestrator.submit({ queue: 'full' });
    expect(await worker.take()).toMatchObject({ queue: 'full' });
    for (let i = 0; i < 3; i++) await orchestrator.submit({ queue: 'free' });
    for (let i = 0; i < 3; i++) expect(await worker.next({ wait_seconds: 0.3 })).toMatchObject([{ queue: 'free' }]);
  });

  test('ids of jobs that are gone hold up none behind them', async () => {
    const worker = await orchestrator.worker({ queues: ['stale'] });
    const gone = [await orchestrator.submit({ queue: 'stale' }), await orchestrator.submit({ queue: 'stale' })];
    const { id } = await orchestrator.submit({ queue: 'stale' });
    // Behind the back of the orchestrator, so that Redis goes on naming them.
    await orchestrator.sql(`UPDATE jobs SET status = 'CANCELLED', finished_at = now() WHERE id = ANY ($1)`, [
      gone.map((job) => job.id),
    ]);
    expect(await worker.next({ wait_seconds: 0.5 })).toMatchObject([{ id }]);
  });

  test('a job that a waiting worker gets is created and claimed in one transaction', async () => {
    const worker = await orchestrator.worker({ queues: ['at-once'] });
    await orchestrator.sql(`CREATE TABLE at_once (status text, tx text);
      CREATE FUNCTION note_at_once() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN INSERT INTO at_once VALUES (NEW.status, txid_current()); RETURN NULL; END$$;
      CREATE TRIGGER at_once AFTER INSERT OR UPDATE ON jobs FOR EACH ROW WHEN (NEW.queue = 'at-once') EXECUTE FUNCTION note_at_once()`);
    const waiting = worker.next({ wait_seconds: 20, poll_id: randomUUID() });
    await orchestrator.untilParked(worker.id);
    const { id, status } = await orchestrator.submit({ queue: 'at-once' });
    expect(status).toBe('PENDING');
    const [job] = await waiting;
    expect(job).toMatchObject({ id, attempt: 1 });
    const seen = await orchestrator.sql<{ status: string; tx: string }>('SELECT * FROM at_once');
    expect(seen.map((each) => each.status)).toEqual(['PENDING', 'RUNNING']);
    expect(seen[1]!.tx).toBe(seen[0]!.tx);
    expect((await worker.report(job!)).body.results).toMatchObject([{ verdict: 'accepted' }]);
  });

  test('a job is accepted although its claim for a waiting worker is refused', async () => {
    const worker = await orchestrator.worker({ queues: ['refused'] });
    await orchestrator.sql(`CREATE FUNCTION refuse_claim() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN RAISE EXCEPTION 'not this one'; END$$;
      CREATE TRIGGER refuse_claim AFTER UPDATE ON jobs FOR EACH ROW
        WHEN (NEW.queue = 'refused' AND NEW.status = 'RUNNING') EXECUTE FUNCTION refuse_claim()`);
    const waiting = worker.next({ wait_seconds: 20, poll_id: randomUUID() }).catch(() => []);
    await orchestrator.untilParked(worker.id);
    const { id } = await orchestrator.submit({ queue: 'refused' });
    expect(await orchestrator.job(id)).toMatchObject({ status: 'PENDING', attempt: 0 });
    await orchestrator.sql('DROP TRIGGER refuse_claim ON jobs');
    // The poll waits on after the refusal: it gets the job itself when the next try comes after the trigger is gone.
    const [early] = await waiting;
    const job = early ?? (await until(() => worker.next({ wait_seconds: 1 }).then(([later]) => later)));
    expect(job).toMatchObject({ id, attempt: 1 });
  });

  test('a draining worker gets no more jobs, and hears why', async () => {
    const worker = await orchestrator.worker({ queues: ['drain'] });
    const parked = worker.next({ wait_seconds: 20, poll_id: randomUUID() });
    await orchestrator.untilParked(worker.id);
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

  test('an answer holds no more jobs than could be read in time if each were as large as they may be', async () => {
    const forLarge = await orchestrator.startAnother({ payloadLimitKb: 60_000 });
    try {
      const worker = await orchestrator.worker({ queues: ['large'], concurrency: 5 });
      for (let i = 0; i < 5; i++) await orchestrator.submit({ queue: 'large' });
      const counts: number[] = [];
      while (counts.reduce((sum, count) => sum + count, 0) < 5)
        counts.push((await worker.at(forLarge).next({ limit: 5, wait_seconds: 5 })).length);
      expect(Math.max(...counts)).toBe(2);
    } finally {
      await forLarge.stop();
    }
  });

  test('one report that the database cannot take does not fail the others in its batch', async () => {
    const worker = await orchestrator.worker({ queues: ['mixed'], concurrency: 3 });
    for (let i = 0; i < 3; i++) await orchestrator.submit({ queue: 'mixed' });
    const jobs = await worker.takeMany(3);
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

describe('a server that stops', () => {
  let orchestrator: TestOrchestrator;
  beforeAll(async () => (orchestrator = await TestOrchestrator.start('redis')));
  afterAll(() => orchestrator.stop());

  test('answers a poll at once whose job went to another', async () => {
    const stopping = await orchestrator.startAnother();
    const worker = await orchestrator.worker({ queues: ['stopping'] });
    const startedAt = performance.now();
    const poll = worker.at(stopping).next({ wait_seconds: 30, poll_id: randomUUID() });
    await orchestrator.untilParked(worker.id);
    const { release } = await orchestrator.holding(`LOCK TABLE claims IN EXCLUSIVE MODE`, []);
    const { body } = await stopping.post<{ ids: string[] }>('/jobs/bulk', { jobs: [{ type: 'a', queue: 'stopping' }] });
    const blocked = `SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'lease' AND wait_event_type = 'Lock'`;
    await until(async () => (await orchestrator.sql(blocked)).length > 0);
    await orchestrator.sql(`DELETE FROM jobs WHERE id = $1`, body.ids);
    const stopped = stopping.stop();
    await delay(100);
    await release();
    expect(await poll).toEqual([]);
    await stopped;
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});
