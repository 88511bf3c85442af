import { randomUUID } from 'node:crypto';
import type { ErrorBody } from '../../src/contract/errors.js';
import type { LeasedJob } from '../../src/contract/lease.dto.js';
import { LOSE_LEASE } from '../support/lose-lease.js';
import { fenceOf, TestOrchestrator, type TestWorker } from '../support/orchestrator.js';
import { until } from '../support/until.js';

/** Short, so that leases expire while a test waits for it. */
const LEASE_SECONDS = 1;

describe('a lease', () => {
  let orchestrator: TestOrchestrator;
  let keeper: NodeJS.Timeout;

  beforeAll(async () => {
    orchestrator = await TestOrchestrator.start('redis', { leaseSeconds: LEASE_SECONDS, heartbeatSeconds: 0.2 });
    // Somebody always lives: without any heartbeat at all nothing would be called expired for a while.
    const witness = await orchestrator.worker({ queues: ['nothing'] });
    keeper = setInterval(() => void witness.heartbeat([]).catch(() => undefined), 200);
  });
  afterAll(async () => {
    clearInterval(keeper);
    await orchestrator.stop();
  });

  const leased = async (queue: string, job: object = {}): Promise<[TestWorker, LeasedJob]> => {
    const worker = await orchestrator.worker({ queues: [queue] });
    await orchestrator.submit({ queue, ...job });
    return [worker, await worker.take()];
  };

  const expire = (job: LeasedJob) =>
    orchestrator.sql(
      `UPDATE jobs SET lease_expires_at = now() - interval '1 second' WHERE id = $1 AND status = 'RUNNING'`,
      [job.id],
    );

  test('that a heartbeat confirmed and then let expire is LOST: the job runs again, and a late report changes nothing', async () => {
    const [worker, job] = await leased('late');
    expect((await worker.heartbeat([job])).leases).toMatchObject([{ verdict: 'ok' }]);
    await orchestrator.untilStatus(job.id, 'PENDING');
    const again = await worker.take();
    expect(again).toMatchObject({ id: job.id, attempt: 2 });
    const late = await worker.report(job, { result: 'late' });
    expect(late.status).toBe(409);
    expect((late.body as unknown as ErrorBody).error.code).toBe('lease_lost');
    expect((await worker.heartbeat([job])).leases).toMatchObject([{ verdict: 'lost' }]);
    expect(await orchestrator.job(job.id)).toMatchObject({
      status: 'RUNNING',
      attempt: 2,
      lost_count: 1,
      retry_count: 0,
      result: null,
    });
    expect((await worker.report(again, { result: 'mine' })).status).toBe(200);
    expect((await orchestrator.attempts(job.id)).map(({ status }) => status)).toEqual(['LOST', 'SUCCESS']);
  });

  test('that no heartbeat ever named is given back uncharged', async () => {
    const [, job] = await leased('undelivered');
    await orchestrator.untilStatus(job.id, 'PENDING');
    expect(await orchestrator.job(job.id)).toMatchObject({ lost_count: 0, retry_count: 0 });
    expect(await orchestrator.attempts(job.id)).toMatchObject([{ status: 'RELEASED' }]);
  });

  test('lives on while heartbeats list it, or list nothing at all; an empty list renews none', async () => {
    const [listing, listed] = await leased('listed');
    const [plain, unlisted] = await leased('plain');
    const [silent, dropped] = await leased('empty');
    const beats = setInterval(() => {
      for (const beat of [listing.heartbeat([listed]), plain.heartbeat(), silent.heartbeat([])])
        beat.catch(() => undefined);
    }, 200);
    try {
      await orchestrator.untilStatus(dropped.id, 'PENDING');
      expect(await orchestrator.job(listed.id)).toMatchObject({ status: 'RUNNING', attempt: 1 });
      expect(await orchestrator.job(unlisted.id)).toMatchObject({ status: 'RUNNING', attempt: 1 });
    } finally {
      clearInterval(beats);
    }
  });

  test('is accepted late as long as nobody else judged: time alone takes nothing away', async () => {
    const [worker, job] = await leased('slow');
    await orchestrator.sql(`UPDATE sweep_clock SET hold_until = now() + interval '1 hour'`);
    await expire(job);
    expect((await worker.report(job)).body.results).toMatchObject([{ verdict: 'accepted' }]);
    await orchestrator.sql(`UPDATE sweep_clock SET hold_until = now()`);
  });

  test('gets one more life when nobody looked for a while: then nobody could renew either', async () => {
    const [, job] = await leased('held');
    await orchestrator.sql(`UPDATE sweep_clock SET last_ok_at = now() - interval '10 seconds'`);
    await expire(job);
    await until(async () => (await orchestrator.sql(`SELECT FROM sweep_clock WHERE hold_until > now()`))[0]);
    expect((await orchestrator.job(job.id)).status).toBe('RUNNING');
    await orchestrator.untilStatus(job.id, 'PENDING');
  });

  test('is ended when its time limit has passed, however often it is renewed', async () => {
    const [worker, job] = await leased('stuck', { backoff: { kind: 'fixed', base_seconds: 60, cap_seconds: 60 } });
    await orchestrator.sql(`UPDATE jobs SET deadline_at = now() WHERE id = $1`, [job.id]);
    const beats = setInterval(() => void worker.heartbeat([job]).catch(() => undefined), 200);
    const { retry_count } = await orchestrator.untilStatus(job.id, 'RETRYING').finally(() => clearInterval(beats));
    expect(retry_count).toBe(1);
    expect(await orchestrator.attempts(job.id)).toMatchObject([
      { status: 'TIMED_OUT', error_type: 'TimeLimitExceeded' },
    ]);
  });

  test('of a worker that does not stop when asked to is ended after a while', async () => {
    const [worker, job] = await leased('deaf');
    await orchestrator.post(`/jobs/${job.id}/cancel`);
    const beats = setInterval(() => void worker.heartbeat([job]).catch(() => undefined), 200);
    await orchestrator.untilStatus(job.id, 'CANCELLED').finally(() => clearInterval(beats));
    expect((await worker.report(job)).status).toBe(409);
  });

  test('of a job that crashes its workers is given out no more than its crash budget allows', async () => {
    const worker = await orchestrator.worker({ queues: ['poison'] });
    const { id } = await orchestrator.submit({ queue: 'poison', max_lost: 1 });
    for (let attempt = 1; attempt <= 2; attempt++) {
      const job = await worker.take();
      await worker.heartbeat([job]);
      await expire(job);
      await orchestrator.untilStatus(id, attempt === 1 ? 'PENDING' : 'DEAD');
    }
    expect(await orchestrator.job(id)).toMatchObject({ dead_reason: 'poison', lost_count: 1, retry_count: 0 });
  });

  test('can be given back, which charges nothing', async () => {
    const [worker, job] = await leased('release');
    expect((await worker.report(job, { status: 'RELEASED' })).status).toBe(200);
    expect(await orchestrator.job(job.id)).toMatchObject({
      status: 'PENDING',
      retry_count: 0,
      lost_count: 0,
      worker_id: null,
    });
    expect((await worker.take()).attempt).toBe(2);
  });

  test('answers the same report again as a duplicate, and any other as lost', async () => {
    const [worker, job] = await leased('twice');
    await worker.report(job);
    expect((await worker.report(job)).body.results).toMatchObject([{ verdict: 'duplicate' }]);
    expect((await worker.report(job, { status: 'FAILED', error: 'no' })).status).toBe(409);
    expect((await worker.report(job, { lease_token: randomUUID() })).status).toBe(409);
    expect((await orchestrator.job(job.id)).status).toBe('SUCCESS');
  });

  test('may be reported in the short form only while it is clear which attempt is meant', async () => {
    const [worker, job] = await leased('short', { backoff: { kind: 'fixed', base_seconds: 0, cap_seconds: 0 } });
    const short = { worker_id: worker.id, job_id: job.id, status: 'FAILED', error: 'boom' };
    expect((await orchestrator.post('/jobs/report', short)).status).toBe(200);
    await worker.take();
    const ambiguous = await orchestrator.post<ErrorBody>('/jobs/report', short);
    expect([ambiguous.status, ambiguous.body.error.code]).toEqual([409, 'ambiguous_report']);
    const stranger = await orchestrator.worker();
    expect((await orchestrator.post('/jobs/report', { ...short, worker_id: stranger.id })).status).toBe(409);
  });

  test('shows the progress that its heartbeats report', async () => {
    const [worker, job] = await leased('progress');
    await worker.heartbeat([job], { progress: 40, message: 'page 4 of 10' });
    expect(await orchestrator.job(job.id)).toMatchObject({ progress: 40, progress_message: 'page 4 of 10' });
  });

  test('whose row is locked by a report in mid-commit is not reaped: the report wins', async () => {
    const [worker, job] = await leased('commit');
    await worker.heartbeat([job]);
    const lock = await orchestrator.holding(`UPDATE jobs SET status = 'SUCCESS', finished_at = now() WHERE id = $1`, [
      job.id,
    ]);
    await orchestrator.sql('SELECT pg_sleep(1.5)');
    expect((await orchestrator.job(job.id)).status).toBe('RUNNING');
    await lock.release();
  });

  test('reported while the reap holds its row is refused once the reap has committed', async () => {
    const [worker, job] = await leased('reaping');
    const lock = await orchestrator.holding(LOSE_LEASE, [job.id]);
    const report = worker.report(job, { result: 'stale' });
    await until(async () => (await orchestrator.sql(`SELECT FROM pg_locks WHERE NOT granted`))[0]);
    await lock.release();
    expect((await report).status).toBe(409);
    expect(await orchestrator.job(job.id)).toMatchObject({ status: 'PENDING', result: null });
  });
});

test('two orchestrators and eight workers never hold one job twice, and finish each exactly once', async () => {
  const first = await TestOrchestrator.start('redis');
  const second = await first.startAnother();
  try {
    const jobs = Array.from({ length: 400 }, (_, n) => ({ type: `type-${n % 5}`, payload: n }));
    await first.post('/jobs/bulk', { jobs });
    const seen = new Map<string, number>();
    const work = async (orchestrator: TestOrchestrator) => {
      const worker = await orchestrator.worker({ concurrency: 20 });
      for (;;) {
        const taken = await worker.next({ limit: 20, wait_seconds: 1 });
        if (taken.length === 0) return;
        for (const job of taken) seen.set(job.id, (seen.get(job.id) ?? 0) + 1);
        const { body } = await worker.reportMany(taken.map((job) => ({ ...fenceOf(job), status: 'SUCCESS' })));
        expect(body.results.every((result) => result.verdict === 'accepted')).toBe(true);
      }
    };
    await Promise.all([first, second, first, second, first, second, first, second].map(work));
    expect(seen.size).toBe(400);
    expect([...seen.values()].every((times) => times === 1)).toBe(true);
    const counts = await first.sql(`SELECT status, count(*)::int AS n FROM jobs GROUP BY status`);
    expect(counts).toEqual([{ status: 'SUCCESS', n: 400 }]);
  } finally {
    await second.stop();
    await first.stop();
  }
});
