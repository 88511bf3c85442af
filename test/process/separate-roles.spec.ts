import { randomUUID } from 'node:crypto';
import type { Job } from '../../src/contract/job.dto.js';
import { freePort } from '../../src/platform/embedded-postgres/free-port.js';
import { createDatabase, createEmptyDatabase } from '../support/postgres.js';
import { ProductProcess } from '../support/product-process.js';
import { until } from '../support/until.js';

jest.setTimeout(120_000);

afterEach(() => ProductProcess.killAll());

const orchestratorFlags = (database: string, port: number) => ({
  role: 'orchestrator',
  port,
  'database-url': database,
  'database-pool-size': 8,
  'redis-url': process.env['TEST_REDIS_URL'],
  'redis-prefix': `test-${randomUUID()}`,
});

const startWorker = (url: string) => ProductProcess.start({ role: 'worker', 'orchestrator-url': url });

async function submit(url: string): Promise<string> {
  const body = JSON.stringify({ type: 'greet' });
  const response = await fetch(`${url}/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return ((await response.json()) as Job).id;
}

const untilDone = (url: string, id: string) =>
  until(async () => {
    const job = (await (await fetch(`${url}/jobs/${id}`)).json()) as Job;
    return job.status === 'SUCCESS' && job;
  }, 30_000);

test('a worker waits for its orchestrator, and works on when that is killed and comes back', async () => {
  const database = await createDatabase();
  const flags = orchestratorFlags(database.url, await freePort());
  const url = `http://127.0.0.1:${flags.port}`;
  const worker = startWorker(url);
  await worker.untilLogged('the orchestrator does not answer; repeating');
  const orchestrator = ProductProcess.start(flags);
  await orchestrator.listening();
  await untilDone(url, await submit(url));

  const id = await submit(url);
  await until(async () => ((await (await fetch(`${url}/jobs/${id}`)).json()) as Job).status === 'RUNNING');
  await orchestrator.end('SIGKILL');
  await ProductProcess.start(flags).listening();
  // The same attempt: the worker kept what it ran, and delivered it to the new process.
  expect(await untilDone(url, id)).toMatchObject({ attempt: 1 });
  await untilDone(url, await submit(url));
  expect(worker.logged('the worker is registered')).toHaveLength(1);
  expect(await worker.end('SIGTERM')).toBe(0);
  await ProductProcess.killAll();
  await database.drop();
});

test('a worker without the right key ends with words that say so', async () => {
  const database = await createDatabase();
  const orchestrator = ProductProcess.start({
    ...orchestratorFlags(database.url, 0),
    'api-key': 'the-key-of-the-orchestrator',
  });
  const worker = startWorker(await orchestrator.listening());
  expect(await worker.ended).toBe(1);
  expect(worker.output).toContain('refuses this worker');
  expect(worker.output).toContain('Set API_KEY to a key of the orchestrator.');
  expect(worker.output).not.toContain('    at ');
  await ProductProcess.killAll();
  await database.drop();
});

test('four orchestrators started together on an empty database all come up, and one migrates', async () => {
  const database = await createEmptyDatabase();
  const flags = orchestratorFlags(database.url, 0);
  const replicas = Array.from({ length: 4 }, () => ProductProcess.start(flags));
  const urls = await Promise.all(replicas.map((replica) => replica.listening()));
  expect(replicas.flatMap((replica) => replica.logged('the database was migrated'))).toHaveLength(1);
  const worker = startWorker(urls[0]!);
  await worker.registered();
  const ids = await Promise.all(urls.map(submit));
  for (const [index, id] of ids.entries()) await untilDone(urls[(index + 1) % 4]!, id);
  expect(await Promise.all(replicas.map((replica) => replica.end('SIGTERM')))).toEqual([0, 0, 0, 0]);
  await database.drop();
});
