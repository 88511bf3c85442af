import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { Job, JobList } from '../../src/contract/job.dto.js';
import { killAllOf, processesOf } from '../support/processes-of.js';
import { ProductProcess, type ProcessOptions } from '../support/product-process.js';
import { tempFolder } from '../support/temp-folder.js';
import { until } from '../support/until.js';

jest.setTimeout(120_000);

/** One life of `node dist/main` with nothing set but where its data is and that any port will do. */
describe('role all on a DATA_DIR of its own', () => {
  let folder: string;
  beforeEach(() => (folder = tempFolder('role-all')));
  afterEach(async () => {
    await ProductProcess.killAll();
    killAllOf(folder);
    rmSync(folder, { recursive: true });
  });

  const start = (options: ProcessOptions = {}) =>
    ProductProcess.start({ port: 0, 'data-dir': `${folder}/data` }, { cwd: folder, ...options });

  const submit = async (url: string): Promise<Job> => {
    const body = JSON.stringify({ type: 'greet' });
    const response = await fetch(`${url}/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(201);
    return (await response.json()) as Job;
  };
  const get = async <T>(url: string) => (await (await fetch(url)).json()) as T;
  const untilDone = (url: string, id: string) =>
    until(async () => (await get<Job>(`${url}/jobs/${id}`)).status === 'SUCCESS', 30_000);

  test('says where the dashboard is and what to try, and what it says works', async () => {
    const { dashboard, try: command } = await start().untilLogged('listening');
    expect(await (await fetch(dashboard as string)).text()).toMatch(/<!doctype html>/i);
    const job = JSON.parse(execFileSync('sh', ['-c', `${command as string} --silent`], { encoding: 'utf8' })) as Job;
    expect(job).toMatchObject({ type: 'email', status: 'PENDING' });
    await untilDone(new URL(dashboard as string).origin, job.id);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('stops in good order on %s, PostgreSQL and worker too', async (signal) => {
    // As Ctrl-C does, to the whole group; the second one is npm's, which passes on what the terminal has sent already.
    const product = start({ isGroup: true });
    const url = await product.listening();
    await product.registered();
    const { id } = await submit(url);
    expect(processesOf(folder).length).toBeGreaterThanOrEqual(3);
    process.kill(-product.pid, signal);
    process.kill(product.pid, signal);
    expect(await product.ended).toBe(0);
    expect(processesOf(folder)).toEqual([]);
    expect(product.logged('PostgreSQL was left running by a crash; going on with it')).toEqual([]);

    const again = start();
    expect((await get<JobList>(`${await again.listening()}/jobs`)).jobs.map((job) => job.id)).toEqual([id]);
    expect(await again.end('SIGTERM')).toBe(0);
  });

  test('recovers from kill -9 of everything: the jobs are there, and get done', async () => {
    const product = start();
    const url = await product.listening();
    const ids = (await Promise.all(Array.from({ length: 5 }, () => submit(url)))).map(({ id }) => id);
    killAllOf(folder);
    expect(await product.ended).toBe('SIGKILL');

    const again = await start().listening();
    for (const id of ids) await untilDone(again, id);
  });

  test('goes on with the PostgreSQL that kill -9 of the main process alone left behind, and its worker ends by itself', async () => {
    const product = start();
    const { id } = await submit(await product.listening());
    await product.registered();
    const [{ pid: worker }] = product.logged('the worker is registered') as unknown as [{ pid: number }];
    await product.end('SIGKILL');
    await until(() => !processesOf(folder).includes(worker), 30_000);
    const again = start();
    await untilDone(await again.listening(), id);
    expect(again.logged('PostgreSQL was left running by a crash; going on with it')).toHaveLength(1);
    expect(await again.end('SIGTERM')).toBe(0);
    expect(processesOf(folder)).toEqual([]);
  });

  test('refuses a DATA_DIR that another one uses, and leaves that one in peace', async () => {
    const first = start();
    const url = await first.listening();
    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.output).toContain(`is in use by process ${first.pid} of this machine. Stop that one first`);
    expect((await submit(url)).status).toBe('PENDING');
  });

  test('leaves nothing running when its port is taken', async () => {
    const other = tempFolder('other');
    const taken = ProductProcess.start({ port: 0, 'data-dir': other });
    const { port } = new URL(await taken.listening());
    const product = ProductProcess.start({ port, 'data-dir': `${folder}/data` });
    expect(await product.ended).toBe(1);
    expect(product.output).toContain(`PORT ${port} of HOST 127.0.0.1 can't be used`);
    expect(processesOf(folder)).toEqual([]);
    await taken.end('SIGTERM');
    rmSync(other, { recursive: true });
  });

  test('starts its worker again when that dies', async () => {
    const product = start();
    const url = await product.listening();
    await product.registered();
    const [{ pid }] = product.logged('the worker is registered') as unknown as [{ pid: number }];
    process.kill(pid, 'SIGKILL');
    await until(() => product.logged('the worker is registered').length === 2, 30_000);
    await untilDone(url, (await submit(url)).id);
  });
});
