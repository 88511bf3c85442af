import type { Report } from '../../src/contract/lease.dto.js';
import { freePort } from '../../src/platform/embedded-postgres/free-port.js';
import { until } from '../support/until.js';
import { ScriptedOrchestrator } from './scripted-orchestrator.js';
import { WorkerProcesses } from './worker-process.js';

const HANDLERS = {
  'nothing.mjs': 'export default () => {};',
  'until-abort.mjs': `export default (job, { signal, log }) => new Promise((resolve) => {
    signal.addEventListener('abort', () => { log(signal.reason.reason); resolve(); });
  });`,
  'sleep.mjs': 'export default ({ payload }) => new Promise((resolve) => setTimeout(resolve, payload));',
  'spin.mjs': 'export default ({ payload }) => { const end = Date.now() + payload; while (Date.now() < end); };',
  'crash.mjs': `export default () => { setTimeout(() => { throw new Error('stray'); }); return new Promise(() => {}); };`,
  'reject.mjs': `export default () => { void Promise.reject(new Error('stray rejection')); return 'done'; };`,
};

describe('a worker in trouble', () => {
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

  const start = (flags = {}) => processes.start(orchestrator.url, { handlers: processes.folder(HANDLERS), ...flags });
  const reported = (id: string | undefined, limitMs = 10_000) =>
    until(() => orchestrator.reports.get(id!), limitMs) as Promise<Report>;

  it('waits for an orchestrator that is not there yet, and says so once', async () => {
    const port = await freePort();
    const worker = processes.start(`http://127.0.0.1:${port}`, { handlers: processes.folder(HANDLERS) });
    await until(() => worker.output().includes('does not answer'));
    await orchestrator.stop();
    await orchestrator.start(port);
    const [id] = orchestrator.submit({ type: 'nothing' });
    await reported(id);
    expect(worker.output().match(/does not answer/g)).toHaveLength(1);
  });

  it('ends with the reason when it is refused', async () => {
    orchestrator.refuse.set('/workers/register', { status: 401, code: 'unauthorized' });
    const worker = start();
    expect(await worker.exited).toBe(1);
    expect(worker.output()).toContain('401 unauthorized');
  });

  it('registers anew when the orchestrator has forgotten it', async () => {
    start();
    await until(() => orchestrator.polls.length > 0, 10_000);
    const first = orchestrator.workerId;
    orchestrator.workerId = '00000000-0000-4000-8000-000000000001';
    const unknown = ({ worker_id }: { worker_id: string }) =>
      worker_id === first ? { status: 404, code: 'worker_not_found' } : undefined;
    for (const path of ['/workers/heartbeat', '/jobs/next', '/jobs/report']) orchestrator.refuse.set(path, unknown);
    const [id] = orchestrator.submit({ type: 'nothing' });
    await reported(id);
    expect(orchestrator.registrations).toHaveLength(2);
    await until(() => orchestrator.heartbeats.at(-1)?.worker_id === orchestrator.workerId);
  });

  it('delivers every report once the orchestrator is back', async () => {
    start({ concurrency: 50 });
    const ids = orchestrator.submit(...Array.from({ length: 50 }, () => ({ type: 'sleep', payload: 500 })));
    await until(() => orchestrator.out.size === 50, 10_000);
    await orchestrator.stop();
    await new Promise((resolve) => setTimeout(resolve, 800));
    await orchestrator.start();
    await Promise.all(ids.map((id) => reported(id)));
    expect([...orchestrator.reports.values()].every(({ status }) => status === 'SUCCESS')).toBe(true);
  });

  it('repeats reports and polls under their first poll id when the database is away', async () => {
    start();
    const [id] = orchestrator.submit({ type: 'sleep', payload: 100 });
    await until(() => orchestrator.out.size === 1, 10_000);
    const tried: unknown[] = [];
    orchestrator.refuse.set('/jobs/report', (body: { next?: unknown }) => {
      tried.push(body.next);
      return tried.length < 3 ? { status: 503, code: 'database_unavailable' } : undefined;
    });
    await reported(id);
    expect(tried).toHaveLength(3);
    expect(new Set(tried.map((next) => JSON.stringify(next))).size).toBe(1);
  });

  it('sends a report that is refused alone, and fails its job with the reason', async () => {
    start({ concurrency: 20 });
    const ids = orchestrator.submit(...Array.from({ length: 20 }, () => ({ type: 'nothing' })));
    const guilty = ids[7];
    orchestrator.refuse.set('/jobs/report', ({ reports }: { reports: { job_id: string; status: string }[] }) =>
      reports.some(({ job_id, status }) => job_id === guilty && status === 'SUCCESS')
        ? { status: 400, code: 'invalid_request' }
        : undefined,
    );
    await Promise.all(ids.map((id) => reported(id)));
    const failed = [...orchestrator.reports.values()].filter(({ status }) => status === 'FAILED');
    expect(failed).toMatchObject([{ job_id: guilty, retryable: false }]);
  });

  it('fails a job whose report is called invalid, so that it does not stay running', async () => {
    orchestrator.reportVerdict = ({ status }) =>
      status === 'SUCCESS' ? { verdict: 'invalid', message: 'not to my taste' } : { verdict: 'accepted' };
    start();
    const [id] = orchestrator.submit({ type: 'nothing' });
    const { error } = await reported(id);
    expect((error as { message: string }).message).toContain('not to my taste');
  });

  it('sends heartbeats that renew its leases while a handler spins', async () => {
    start();
    const [id] = orchestrator.submit({ type: 'spin', payload: 3000 });
    await until(() => orchestrator.out.size === 1, 10_000);
    const before = orchestrator.heartbeats.length;
    await reported(id);
    const during = orchestrator.heartbeats.slice(before);
    expect(during.length).toBeGreaterThanOrEqual(3);
    expect(during.some(({ running }) => running === undefined)).toBe(true);
    expect(orchestrator.reports.get(id!)).toMatchObject({ status: 'SUCCESS' });
  });

  it('renews nothing more once a spinning handler is past its time limit and grace', async () => {
    start();
    orchestrator.submit({ type: 'spin', payload: 60_000, timeout_seconds: 1 });
    await until(() => orchestrator.heartbeats.some(({ running }) => running === undefined), 10_000);
    await until(() => orchestrator.heartbeats.at(-1)?.running?.length === 0, 12_000);
  }, 25_000);

  it('stops what runs when no renewal was acknowledged for two thirds of the lease', async () => {
    start();
    const [id] = orchestrator.submit({ type: 'until-abort' });
    await until(() => orchestrator.heartbeats.some(({ running }) => running?.length === 1), 10_000);
    orchestrator.refuse.set('/workers/heartbeat', 'hang');
    expect(await reported(id)).toMatchObject({ status: 'RELEASED' });
    expect(orchestrator.logs[0]!.lines).toMatchObject([{ message: 'silence' }]);
  });

  it('keeps working when an orchestrator says that the database is away', async () => {
    start();
    const [id] = orchestrator.submit({ type: 'sleep', payload: 4000 });
    await until(() => orchestrator.heartbeats.some(({ running }) => running?.length === 1), 10_000);
    orchestrator.refuse.set('/workers/heartbeat', { status: 503, code: 'database_unavailable' });
    expect(await reported(id)).toMatchObject({ status: 'SUCCESS' });
  });

  it('fails the only job that runs when an exception is caught by nobody, and ends', async () => {
    const worker = start();
    const [id] = orchestrator.submit({ type: 'crash' });
    expect(await worker.exited).toBe(1);
    expect(orchestrator.reports.get(id!)).toMatchObject({ status: 'FAILED', error: { message: 'stray' } });
  });

  it('leaves several running jobs to lose their leases then, which charges the crash budget', async () => {
    const worker = start();
    const ids = orchestrator.submit({ type: 'sleep', payload: 60_000 }, { type: 'crash' });
    expect(await worker.exited).toBe(1);
    expect(ids.some((id) => orchestrator.reports.has(id))).toBe(false);
  });

  it('logs a rejection that nobody handles, and goes on', async () => {
    const worker = start();
    const [id, next] = orchestrator.submit({ type: 'reject' }, { type: 'nothing' });
    expect(await reported(id)).toMatchObject({ status: 'SUCCESS', result: 'done' });
    await reported(next);
    await until(() => worker.output().includes('stray rejection'));
  });
});
