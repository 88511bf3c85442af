import type { Job, JobList } from '../../src/contract/job.dto.js';
import type { QueueList } from '../../src/contract/queue.dto.js';
import type { Worker } from '../../src/contract/worker.dto.js';
import { TestOrchestrator, type QueueMode } from '../support/orchestrator.js';
import { HOSTILE_TEXTS } from './bad-values.js';

/** Many requests in each test, on a machine that may be busy. */

/** Names that are allowed, and would break whoever pastes them into a key, a path, a pattern or an object. */
const HOSTILE_NAMES = [
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'NULL',
  'a:b',
  'a/b',
  'a//b',
  'a.b',
  'a..b',
  '0',
  '1e3',
  'rebuild',
  'default',
  'ready',
  'all',
  'a-_-b',
  'A'.repeat(128),
];

describe.each<QueueMode>(['redis', 'postgres'])('with the ready queue in %s', (mode) => {
  let orchestrator: TestOrchestrator;

  beforeAll(async () => {
    orchestrator = await TestOrchestrator.start(mode);
  });

  afterAll(() => orchestrator.stop());

  it('jobs whose type and queue have odd names are handed out by name, and to those who take all', async () => {
    for (const name of HOSTILE_NAMES) {
      const jobs = [
        await orchestrator.submit({ type: name }),
        await orchestrator.submit({ type: 'plain', queue: name }),
      ];
      const named = await orchestrator.worker({ queues: [name] });
      const taken = [await named.take(), await named.take()];
      expect(taken.map((job) => [job.id, job.queue]).sort()).toEqual(jobs.map((job) => [job.id, name]).sort());
      for (const job of taken) expect((await named.report(job)).body.results[0]).toMatchObject({ verdict: 'accepted' });
    }
    const all = await orchestrator.worker();
    const job = await orchestrator.submit({ type: '__'.replaceAll('_', 'x') });
    expect((await all.take()).id).toBe(job.id);
  });

  it('queues with odd names are paused, limited, listed and resumed', async () => {
    for (const name of HOSTILE_NAMES) {
      const path = `/queues/${encodeURIComponent(name)}`;
      await orchestrator.submit({ type: name });
      expect(await orchestrator.post(`${path}/pause`)).toMatchObject({ status: 200, body: { name, is_paused: true } });
      const limited = await orchestrator.call('PATCH', path, { concurrency_limit: 1 });
      expect(limited).toMatchObject({ status: 200, body: { name, concurrency_limit: 1 } });
      expect(await orchestrator.post(`${path}/resume`)).toMatchObject({ status: 200, body: { is_paused: false } });
      const worker = await orchestrator.worker({ queues: [name] });
      await worker.report(await worker.take());
    }
    const listed: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: QueueList = (await orchestrator.get<QueueList>(`/queues?limit=2${cursor && `&cursor=${cursor}`}`))
        .body;
      listed.push(...page.queues.map((queue) => queue.name));
      cursor = page.next_cursor;
    }
    expect(listed).toEqual(expect.arrayContaining(HOSTILE_NAMES));
    expect(new Set(listed).size).toBe(listed.length);
  });

  it('texts that callers choose come back as they were sent, and are found by no one else', async () => {
    for (const text of HOSTILE_TEXTS) {
      const tag = text.slice(0, 64);
      // The one key that bodies may not have outside of what is the caller's own.
      const label = text === '__proto__' ? 'proto' : tag;
      const sent = {
        type: 'texts',
        tags: [tag],
        idempotency_key: text,
        payload: { [text]: text },
        metadata: { [text]: text },
      };
      const job = await orchestrator.submit(sent);
      expect(await orchestrator.job(job.id)).toMatchObject(sent);
      const byTag = await orchestrator.get<JobList>(`/jobs?tag=${encodeURIComponent(tag)}`);
      expect(byTag.body.jobs.map(({ id }) => id)).toEqual([job.id]);
      const worker = await orchestrator.worker({
        queues: ['texts'],
        hostname: text,
        name: text,
        version: tag,
        labels: { [label]: text },
      });
      expect((await orchestrator.get<Worker>(`/workers/${worker.id}`)).body).toMatchObject({
        hostname: text,
        name: text,
        version: tag,
        labels: { [label]: text },
      });
      const lease = await worker.take();
      await worker.heartbeat([lease], { progress: 1e-320, message: text });
      expect(await orchestrator.job(job.id)).toMatchObject({ progress: 0, progress_message: text });
      await worker.report(lease, {
        status: 'FAILED',
        retryable: false,
        error: { message: text, type: tag, stack: text },
      });
      expect(await orchestrator.job(job.id)).toMatchObject({
        status: 'FAILED',
        error: text,
        current_attempt: { error_type: tag, error_stack: text },
      });
    }
    const paths = [
      '/jobs?q=',
      '/jobs?type=',
      '/jobs?queue=',
      '/jobs?tag=',
      '/jobs?error=',
      '/jobs?payload.a.b=',
      '/queues?q=',
      '/workers?queue=',
      '/stats?queue=',
      '/stats?type=',
      '/stats/timeseries?queue=',
      '/errors?type=',
    ];
    for (const path of paths) {
      for (const text of HOSTILE_TEXTS) {
        const answer = await orchestrator.get(path + encodeURIComponent(text));
        expect([path, text, answer.status]).toEqual([path, text, 200]);
      }
    }
    for (const text of HOSTILE_TEXTS) {
      const answer = await orchestrator.get<JobList>(
        `/jobs?payload.${encodeURIComponent(text)}=${encodeURIComponent(text)}`,
      );
      expect([text, answer.status]).toEqual([text, 200]);
      expect((await orchestrator.post(`/errors/${encodeURIComponent(text.slice(0, 100))}/mute`)).status).toBe(404);
    }
  });

  it('NUL in the name of a payload filter is refused like anywhere else', async () => {
    const answer = await orchestrator.get('/jobs?payload.a%00=1');
    expect(answer).toMatchObject({ status: 400, body: { error: { details: [{ field: 'payload.a\0' }] } } });
  });

  it('nothing that callers sent has changed an object that all share', () => {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Partial<Job>).type).toBeUndefined();
  });
});
