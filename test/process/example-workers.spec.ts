import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { TestOrchestrator } from '../support/orchestrator.js';
import { CHECKOUT } from '../support/product-process.js';

jest.setTimeout(160_000);

let orchestrator: TestOrchestrator;
let worker: ChildProcess | undefined;

beforeAll(async () => (orchestrator = await TestOrchestrator.start('postgres')));
afterEach(async () => {
  // The shell's curl too, which would hold its poll open.
  if (worker?.exitCode === null && worker.signalCode === null) {
    process.kill(-worker.pid!, 'SIGKILL');
    await once(worker, 'exit');
  }
});
afterAll(() => orchestrator.stop());

async function run(program: string, file: string): Promise<void> {
  worker = spawn(program, [join(CHECKOUT, 'examples', file), orchestrator.url], { stdio: 'ignore', detached: true });
  // Rejects, and names the program, where it is not installed.
  await once(worker, 'spawn');
}

test('the worker in Python does its jobs, fails those it cannot do, and stops on SIGTERM', async () => {
  await run('python3', 'worker.py');
  const sum = await orchestrator.submit({ type: 'py-add', payload: { a: 2, b: 40 } });
  const broken = await orchestrator.submit({ type: 'py-add', payload: { a: 2 }, max_retries: 0 });
  const unknown = await orchestrator.submit({ type: 'py-unknown', queue: 'py-add' });
  expect(await orchestrator.untilStatus(sum.id, 'SUCCESS', 60_000)).toMatchObject({ result: 42, attempt: 1 });
  await orchestrator.untilStatus(broken.id, 'DEAD', 60_000);
  expect(await orchestrator.attempts(broken.id)).toMatchObject([{ status: 'FAILED', error_type: 'KeyError' }]);
  await orchestrator.untilStatus(unknown.id, 'FAILED', 60_000);
  worker!.kill('SIGTERM');
  expect(await once(worker!, 'exit')).toEqual([0, null]);
});

test('the worker in Python stops a job that is cancelled', async () => {
  await run('python3', 'worker.py');
  const { id } = await orchestrator.submit({ type: 'py-sleep', payload: { seconds: 60 }, timeout_seconds: 120 });
  await orchestrator.untilStatus(id, 'RUNNING', 60_000);
  await orchestrator.post(`/jobs/${id}/cancel`);
  await orchestrator.untilStatus(id, 'CANCELLED', 60_000);
});

test('the worker in shell does its jobs', async () => {
  await run('sh', 'worker.sh');
  const jobs = await Promise.all([1, 2, 3].map((payload) => orchestrator.submit({ type: 'shell', payload })));
  for (const { id } of jobs) {
    const { result } = await orchestrator.untilStatus(id, 'SUCCESS', 60_000);
    expect(result).toHaveProperty('host');
  }
});
