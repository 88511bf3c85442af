import { until } from '../support/until.js';
import { ScriptedOrchestrator } from './scripted-orchestrator.js';
import { WorkerProcesses } from './worker-process.js';

const HANDLERS = {
  'sleep.mjs': 'export default ({ payload }) => new Promise((resolve) => setTimeout(resolve, payload));',
  'until-abort.mjs': `export default (job, { signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve));`,
  'deaf.mjs': 'export default () => new Promise((resolve) => setTimeout(resolve, 60_000));',
};

describe('a worker that is told to stop', () => {
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

  async function startWith(type: string, payload: unknown = null, flags = {}) {
    const worker = start(flags);
    const [id] = orchestrator.submit({ type, payload });
    await until(() => orchestrator.heartbeats.at(-1)?.running?.length === 1, 12_000);
    return { worker, id: id! };
  }

  it('finishes what runs, takes nothing new, and delivers the reports', async () => {
    const { worker, id } = await startWith('sleep', 2500);
    worker.child.kill('SIGTERM');
    await until(() => orchestrator.heartbeats.at(-1)?.state === 'draining');
    const [late] = orchestrator.submit({ type: 'sleep', payload: 0 });
    expect(await worker.exited).toBe(0);
    expect(orchestrator.reports.get(id)).toMatchObject({ status: 'SUCCESS' });
    expect(orchestrator.out.has(late!)).toBe(false);
  });

  it('ends at once when nothing runs', async () => {
    const worker = start();
    await until(() => orchestrator.polls.length > 0, 10_000);
    const stoppedAt = performance.now();
    worker.child.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
    expect(performance.now() - stoppedAt).toBeLessThan(1500);
  });

  it('ends while it still waits for its orchestrator', async () => {
    orchestrator.refuse.set('/workers/register', { status: 503, code: 'shutting_down' });
    const worker = start();
    await until(() => worker.output().includes('does not answer'), 10_000);
    worker.child.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
  });

  it('aborts and gives back what outlasts SHUTDOWN_SECONDS', async () => {
    const { worker, id } = await startWith('until-abort', null, { 'shutdown-seconds': 1 });
    worker.child.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
    expect(orchestrator.reports.get(id)).toMatchObject({ status: 'RELEASED' });
  });

  it('gives back the job of a handler that ignores even that', async () => {
    const { worker, id } = await startWith('deaf', null, { 'shutdown-seconds': 0 });
    worker.child.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
    expect(orchestrator.reports.get(id)).toMatchObject({ status: 'RELEASED' });
  });

  it('does not wait any longer after a second signal', async () => {
    const { worker, id } = await startWith('deaf');
    worker.child.kill('SIGTERM');
    await until(() => orchestrator.heartbeats.at(-1)?.state === 'draining');
    worker.child.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
    expect(orchestrator.reports.get(id)).toMatchObject({ status: 'RELEASED' });
  });

  it('gives back what it fetched ahead and has not started', async () => {
    const worker = start({ concurrency: 2 });
    for (let count = 0; count < 3000; count++) orchestrator.submit({ type: 'sleep', payload: 1 });
    await until(() => orchestrator.reports.size > 500, 10_000);
    worker.child.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
    expect(orchestrator.out.size).toBe(0);
  });
});
