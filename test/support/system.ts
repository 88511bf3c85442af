import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Attempt, CreateJob, Job } from '../../src/contract/job.dto.js';
import type { WorkerList } from '../../src/contract/worker.dto.js';
import { createDatabase, type TestDatabase } from './postgres.js';
import { tempFolder } from './temp-folder.js';
import { until } from './until.js';

const PROGRAM = join(__dirname, '../../dist/main.js');
const START_DEADLINE_MS = 60_000;

/** What the workers of these tests can do. */
const HANDLERS: Record<string, string> = {
  echo: 'export default async (job) => job.payload;',
  broken: `
    class TemplateError extends Error { name = 'TemplateError'; }
    export default async (job, { log }) => {
      log('rendering');
      throw new TemplateError('The template has no variable ' + (job.payload?.variable ?? 'name'));
    };`,
  refused: `
    export default async (job, { UnrecoverableError }) => {
      throw new UnrecoverableError('<img src=x onerror="window.wasRun = true"> is no address');
    };`,
  slow: `
    import { setTimeout as delay } from 'node:timers/promises';
    export default async (job, { signal, progress }) => {
      progress(40, 'page 4 of 10');
      await delay(job.payload?.ms ?? 600_000, undefined, { signal });
    };`,
};

/** The built system as its users run it: an orchestrator and workers, each a process of its own, over a database of its own and Redis. */
export class System {
  private readonly processes = new Set<ChildProcess>();
  private readonly folder = tempFolder('system');
  url = '';

  private constructor(
    private readonly database: TestDatabase,
    private readonly apiKey: string | undefined,
  ) {}

  /**
   * @param flags of the orchestrator, such as `{ 'offline-after-seconds': 2 }`
   * @param databaseUrl of a migrated database, which is left as it is at the end; unless given, an empty one is made, and dropped
   */
  static async start(flags: Record<string, string | number> = {}, databaseUrl?: string): Promise<System> {
    const key = flags['api-key'];
    const database =
      databaseUrl === undefined ? await createDatabase() : { url: databaseUrl, drop: () => Promise.resolve() };
    const system = new System(database, key === undefined ? undefined : String(key));
    for (const [type, source] of Object.entries(HANDLERS)) {
      writeFileSync(join(system.folder, `${type}.mjs`), source);
    }
    const orchestrator = system.run('orchestrator', {
      port: 0,
      'database-url': system.database.url,
      'database-pool-size': 8,
      'redis-url': process.env['TEST_REDIS_URL'] ?? '',
      'redis-prefix': `e2e-${randomUUID()}`,
      ...flags,
    });
    system.url = await until(
      () => /"url":"(http:[^"]+)"/.exec(orchestrator.output())?.[1] ?? nothingYet(orchestrator),
      START_DEADLINE_MS,
    );
    return system;
  }

  /** A worker, once it is registered; kill its `child` as a crash would. */
  async startWorker(
    name: string,
    flags: Record<string, string | number> = {},
  ): Promise<{ child: ChildProcess; id: string }> {
    const worker = this.run('worker', {
      'orchestrator-url': this.url,
      'worker-name': name,
      handlers: this.folder,
      ...flags,
    });
    const id = await until(async () => {
      const { workers } = await this.call<WorkerList>('GET', '/workers');
      return workers.find((each) => each.name === name && each.status === 'ONLINE')?.id ?? nothingYet(worker);
    }, START_DEADLINE_MS);
    return { child: worker.child, id };
  }

  async submit(job: Partial<CreateJob>): Promise<Job> {
    return this.call<Job>('POST', '/jobs', { type: 'echo', ...job });
  }

  /** Many jobs at once, in the order given. */
  async submitAll(jobs: readonly Partial<CreateJob>[]): Promise<string[]> {
    const body = { jobs: jobs.map((job) => ({ type: 'echo', ...job })) };
    return (await this.call<{ ids: string[] }>('POST', '/jobs/bulk', body)).ids;
  }

  job(id: string): Promise<Job> {
    return this.call<Job>('GET', `/jobs/${id}`);
  }

  async attempts(id: string): Promise<Attempt[]> {
    return (await this.call<{ attempts: Attempt[] }>('GET', `/jobs/${id}/attempts`)).attempts;
  }

  async untilStatus(id: string, status: Job['status'], deadlineMs = 15_000): Promise<void> {
    await until(async () => (await this.job(id)).status === status, deadlineMs);
  }

  /** @throws Error for an answer that is no success */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(this.apiKey === undefined ? {} : { authorization: `Bearer ${this.apiKey}` }),
      },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** Ends everything at once: these tests look at screens, not at good endings. */
  async stop(): Promise<void> {
    await Promise.all(
      [...this.processes].map(async (child) => {
        const closed = once(child, 'close');
        child.kill('SIGKILL');
        await closed;
      }),
    );
    rmSync(this.folder, { recursive: true, force: true });
    await this.database.drop();
  }

  private run(role: string, flags: Record<string, string | number>) {
    const args = Object.entries({ role, 'log-format': 'json', ...flags })
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `--${name}=${value}`);
    const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    this.processes.add(child);
    child.once('close', () => this.processes.delete(child));
    return { child, output: () => output };
  }
}

/** @throws Error when the process has ended, with what it printed; else there is nothing yet */
function nothingYet({ child, output }: { child: ChildProcess; output: () => string }): '' {
  if (child.exitCode !== null) throw new Error(`the process ended with ${child.exitCode}: ${output()}`);
  return '';
}
