import type { Report } from '../../src/contract/lease.dto.js';
import { until } from '../support/until.js';
import { ScriptedOrchestrator, type JobInput } from './scripted-orchestrator.js';
import { WorkerProcesses } from './worker-process.js';

const HANDLERS = {
  'add.mjs': 'export default ({ payload }) => payload.a + payload.b;',
  'exact.mjs': 'export default (job, { payloadText }) => payloadText;',
  'nothing.mjs': 'export const handler = async () => {};',
  'throw.mjs': `export default async () => { throw new RangeError('out of range', { cause: new Error('the root') }); };`,
  'hopeless.mjs': `export default (job, { UnrecoverableError }) => { throw new UnrecoverableError('never'); };`,
  'later.mjs': `export default (job, { RetryAfterError }) => { throw new RetryAfterError('busy', 7.5); };`,
  'wordy.mjs': `export default () => { throw new Error('\\0' + 'é'.repeat(10_000)); };`,
  'bigint.mjs': 'export default () => ({ n: 1n });',
  'huge.mjs': `export default () => 'x'.repeat(300 * 1024);`,
  'nul.mjs': `export default () => ({ text: 'a\\0b' });`,
  'deep.mjs': `export default () => JSON.parse('['.repeat(80) + ']'.repeat(80));`,
  'talk.mjs': `export default (job, { log }) => { log('one'); log('two', 'warn'); };`,
  'progress.mjs': `export default async (job, { progress, signal }) => {
    progress(40, 'nearly half');
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  };`,
  'obedient.mjs': `export default (job, { signal, log }) => new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => { log(signal.reason.reason); reject(signal.reason); });
  });`,
  'deaf.mjs': 'export default () => new Promise(() => {});',
  'slow.mjs': 'export default () => new Promise((resolve) => setTimeout(resolve, 300));',
  'sleep.mjs': 'export default ({ payload }) => new Promise((resolve) => setTimeout(resolve, payload));',
};

async function runOn(orchestrator: ScriptedOrchestrator, job: JobInput): Promise<Report> {
  const [id] = orchestrator.submit(job);
  return until(() => orchestrator.reports.get(id!), 12_000) as Promise<Report>;
}

describe('what a worker reports', () => {
  const processes = new WorkerProcesses();
  const orchestrator = new ScriptedOrchestrator();

  beforeAll(async () => {
    await orchestrator.start();
    processes.start(orchestrator.url, { handlers: processes.folder(HANDLERS) });
  });
  afterAll(async () => {
    await processes.remove();
    await orchestrator.stop();
  });

  const run = (job: JobInput) => runOn(orchestrator, job);

  it('keeps its own handlers beside the built-in ones', async () => {
    const [email, other] = await Promise.all([
      run({ type: 'email', payload: { to: 'a@b' } }),
      run({ type: 'never-seen' }),
    ]);
    expect(email).toMatchObject({ status: 'SUCCESS', result: { to: 'a@b' } });
    expect(other).toMatchObject({ status: 'SUCCESS', result: { type: 'never-seen' } });
  });

  it('shows a handler each payload to the last digit', async () => {
    const texts = ['{"n":1970670598291982290}', '[ 1e2 , "}\\"]" ]', '{"jobs":[{"payload":1}],"payload":2}', 'null'];
    const ids = orchestrator.submit(...texts.map((payloadText) => ({ type: 'exact', payloadText })));
    await until(() => ids.every((id) => orchestrator.reports.has(id)), 10_000);
    expect(ids.map((id) => orchestrator.reports.get(id)!.result)).toEqual(texts);
  });

  it('reports a thrown error with its class, stack and cause, and what it says about another try', async () => {
    const report = await run({ type: 'throw' });
    expect(report).toMatchObject({
      status: 'FAILED',
      retryable: true,
      error: { message: 'out of range', type: 'RangeError' },
    });
    expect((report.error as { stack: string }).stack).toMatch(/throw\.mjs[^]*Caused by: Error: the root/);
    expect(await run({ type: 'hopeless' })).toMatchObject({ status: 'FAILED', retryable: false });
    expect(await run({ type: 'later' })).toMatchObject({ status: 'FAILED', retryable: true, retry_after_seconds: 7.5 });
  });

  it('cuts a long message at 8 kB, says so, and replaces what cannot be stored', async () => {
    const { message } = (await run({ type: 'wordy' })).error as { message: string };
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(8192);
    expect(message).toMatch(/^\ufffdé+ … \(cut\)$/);
  });

  it.each([
    ['bigint', /BigInt/],
    ['huge', /over the limit of 262144/],
    ['nul', /NUL/],
    ['deep', /nests deeper than 64 levels/],
  ])('fails a job for good whose result (%s) the API could not take', async (type, message) => {
    const report = await run({ type });
    expect(report).toMatchObject({ status: 'FAILED', retryable: false });
    expect((report.error as { message: string }).message).toMatch(message);
  });

  it('sends log lines before the report of their attempt, and progress with the heartbeat', async () => {
    const [id] = orchestrator.submit({ type: 'talk' });
    orchestrator.submit({ type: 'progress' });
    await until(() => orchestrator.reports.has(id!), 10_000);
    expect(orchestrator.logs).toMatchObject([
      {
        job_id: id,
        attempt: 1,
        lines: [
          { message: 'one', level: 'info' },
          { message: 'two', level: 'warn' },
        ],
      },
    ]);
    await until(() => orchestrator.heartbeats.some(({ running }) => running?.[0]?.progress === 40));
    expect(orchestrator.heartbeats.at(-1)!.running![0]).toMatchObject({ progress: 40, message: 'nearly half' });
  });
});

describe('a worker at work', () => {
  const processes = new WorkerProcesses();
  let orchestrator: ScriptedOrchestrator;

  beforeEach(async () => {
    orchestrator = new ScriptedOrchestrator();
    await orchestrator.start();
  });
  afterEach(async () => {
    await processes.killAll();
    await orchestrator.stop();
  });
  afterAll(() => processes.remove());

  const start = (concurrency = 10) =>
    processes.start(orchestrator.url, { handlers: processes.folder(HANDLERS), concurrency });

  const run = (job: JobInput) => runOn(orchestrator, job);

  it('registers with its slots, queues and name, and reports what its handlers return', async () => {
    processes.start(orchestrator.url, { handlers: processes.folder(HANDLERS), queues: 'a,b', 'worker-name': 'w1' });
    expect(await run({ type: 'add', payload: { a: 1, b: 2 } })).toMatchObject({
      status: 'SUCCESS',
      attempt: 1,
      result: 3,
    });
    expect(await run({ type: 'nothing' })).toMatchObject({ status: 'SUCCESS', result: null });
    expect(orchestrator.registrations).toMatchObject([{ name: 'w1', queues: ['a', 'b'], concurrency: 10 }]);
  });

  it('aborts an attempt at its time limit', async () => {
    start();
    expect(await run({ type: 'obedient', timeout_seconds: 1 })).toMatchObject({
      status: 'TIMED_OUT',
      error: { message: 'The time limit of 1 s has passed.' },
    });
    expect(orchestrator.logs.flatMap(({ lines }) => lines)).toMatchObject([{ message: 'timeout' }]);
  });

  it('frees the slot of a handler that ignores its abort', async () => {
    const worker = start(1);
    const [deaf, next] = orchestrator.submit({ type: 'deaf', timeout_seconds: 1 }, { type: 'nothing' });
    await until(() => orchestrator.reports.has(next!), 12_000);
    expect(orchestrator.reports.get(deaf!)).toMatchObject({ status: 'TIMED_OUT' });
    expect(worker.output()).toContain('ignores its abort signal');
  });

  it('stops an attempt whose cancel or loss a heartbeat tells, and reports only the cancel', async () => {
    start();
    const [cancelled, lost] = orchestrator.submit({ type: 'obedient' }, { type: 'obedient' });
    orchestrator.verdicts = ({ running = [] }) =>
      running.map(({ job_id, attempt }) => ({ job_id, attempt, verdict: job_id === lost ? 'lost' : 'cancel' }));
    await until(() => orchestrator.reports.has(cancelled!), 10_000);
    await until(() => orchestrator.logs.length === 2);
    expect(orchestrator.reports.get(cancelled!)).toMatchObject({ status: 'CANCELLED' });
    await run({ type: 'nothing' });
    expect(orchestrator.reports.has(lost!)).toBe(false);
  });

  it('takes no more long jobs than it has slots', async () => {
    start(2);
    orchestrator.submit(...Array.from({ length: 8 }, () => ({ type: 'slow' })));
    await until(() => orchestrator.reports.size === 8, 10_000);
    expect(orchestrator.mostOut).toBe(2);
  });

  it('fetches short jobs ahead, in batches, and gives back those that long ones then keep waiting', async () => {
    start(2);
    for (let count = 0; count < 5000; count++) orchestrator.submit({ type: 'nothing' });
    await until(() => orchestrator.reports.size === 5000, 10_000);
    expect(orchestrator.mostOut).toBeGreaterThan(100);
    expect(orchestrator.reportCalls.length).toBeLessThan(500);
    orchestrator.submit(...Array.from({ length: 50 }, () => ({ type: 'sleep', payload: 3000 })));
    await until(
      () => [...orchestrator.reports.values()].filter(({ status }) => status === 'RELEASED').length >= 1,
      10_000,
    );
    expect(orchestrator.out.size).toBe(2);
  });

  it('takes no jobs while it is told to drain, and takes them again', async () => {
    start();
    await run({ type: 'nothing' });
    orchestrator.commands.push('drain');
    await until(() => orchestrator.heartbeats.at(-1)?.state === 'draining');
    const [id] = orchestrator.submit({ type: 'nothing' });
    const later = orchestrator.heartbeats.length;
    await until(() => orchestrator.heartbeats.length > later + 2);
    expect(orchestrator.reports.has(id!)).toBe(false);
    orchestrator.commands.push('resume');
    await until(() => orchestrator.reports.has(id!));
    await until(() => orchestrator.heartbeats.at(-1)?.state === 'active');
  });
});
