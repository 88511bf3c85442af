import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { pino } from 'pino';
import { readCommand, type Config } from '../../src/config/config.js';
import type { AttemptList, CreateJob, Job } from '../../src/contract/job.dto.js';
import type { Health } from '../../src/contract/health.dto.js';
import type { LeasedJob, Report, ReportAnswer } from '../../src/contract/lease.dto.js';
import type { HeartbeatAnswer, RegisterWorker } from '../../src/contract/worker.dto.js';
import type { Logger } from '../../src/platform/logger.js';
import { startOrchestrator, type RunningOrchestrator } from '../../src/orchestrator.js';
import { createDatabase, type TestDatabase } from './postgres.js';
import { until } from './until.js';

export type QueueMode = 'redis' | 'postgres';

export interface Answer<T> {
  status: number;
  body: T;
  headers: Headers;
}

/** A whole orchestrator with a database of its own, in this process, used over HTTP. */
export class TestOrchestrator {
  private constructor(
    private readonly running: RunningOrchestrator,
    private readonly database: TestDatabase,
    private readonly pool: pg.Pool,
    private readonly isFirst: boolean,
    private readonly options: Partial<Config>,
  ) {}

  /** @param options settings that differ from the defaults; sweeps run ten times as often as usual */
  static async start(mode: QueueMode, options: Partial<Config> = {}, logger?: Logger): Promise<TestOrchestrator> {
    const settings: Partial<Config> = {
      sweepSeconds: 0.1,
      redisPrefix: `test-${randomUUID()}`,
      redisUrl: mode === 'redis' ? process.env['TEST_REDIS_URL'] : undefined,
      ...options,
    };
    return TestOrchestrator.open(await createDatabase(), settings, true, logger);
  }

  private static async open(
    database: TestDatabase,
    options: Partial<Config>,
    isFirst: boolean,
    logger: Logger = pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
  ) {
    const command = readCommand([], {}, '/nowhere');
    if (command.kind !== 'run') throw new Error('not a configuration');
    const config: Config = { ...command.config, port: 0, databasePoolSize: 8, databaseUrl: database.url, ...options };
    const running = await startOrchestrator(config, logger);
    const pool = new pg.Pool({ connectionString: database.url, max: 3 });
    pool.on('error', () => undefined);
    const orchestrator = new TestOrchestrator(running, database, pool, isFirst, options);
    if (config.redisUrl)
      await until(async () => (await orchestrator.get<Health>('/health/ready')).body.details.redis.status === 'up');
    return orchestrator;
  }

  /** A further orchestrator over the same database and Redis. Stop it before this one. */
  startAnother(options: Partial<Config> = {}): Promise<TestOrchestrator> {
    return TestOrchestrator.open(this.database, { ...this.options, ...options }, false);
  }

  get url(): string {
    return this.running.url;
  }

  get databaseUrl(): string {
    return this.database.url;
  }

  get<T = unknown>(path: string): Promise<Answer<T>> {
    return this.call('GET', path);
  }

  post<T = unknown>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.call('POST', path, body, headers);
  }

  async call<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(this.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(35_000),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text && JSON.parse(text)) as T };
  }

  async submit(job: Partial<CreateJob> = {}): Promise<Job> {
    const { status, body } = await this.post<Job>('/jobs', { type: 'test', ...job });
    if (status !== 201) throw new Error(`submit was answered ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  async job(id: string): Promise<Job> {
    return (await this.get<Job>(`/jobs/${id}`)).body;
  }

  async attempts(id: string): Promise<AttemptList['attempts']> {
    return (await this.get<AttemptList>(`/jobs/${id}/attempts`)).body.attempts;
  }

  untilStatus(id: string, status: Job['status'], deadlineMs?: number): Promise<Job> {
    return until<Job | null>(async () => {
      const job = await this.job(id);
      return job.status === status ? job : null;
    }, deadlineMs) as Promise<Job>;
  }

  /** Until every orchestrator knows that the latest poll of a worker waits. It must have an id. */
  async untilParked(workerId: string): Promise<void> {
    const parked = `SELECT FROM workers WHERE id = $1 AND current_poll_id IS NOT NULL`;
    await until(async () => (await this.sql(parked, [workerId])).length > 0);
  }

  async worker(options: Partial<RegisterWorker> = {}): Promise<TestWorker> {
    const { body } = await this.post<{ worker_id: string }>('/workers/register', { hostname: 'test', ...options });
    return new TestWorker(this, body.worker_id);
  }

  async sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(text, values)).rows;
  }

  /** A connection that holds what its transaction locked until it is released. */
  async holding(text: string, values: unknown[]): Promise<{ release: () => Promise<void> }> {
    const client = await this.pool.connect();
    await client.query('BEGIN');
    await client.query(text, values);
    return {
      release: async () => {
        await client.query('COMMIT');
        client.release();
      },
    };
  }

  async stop(): Promise<void> {
    await this.pool.end();
    await this.running.stop();
    if (this.isFirst) await this.database.drop();
  }
}

/** The worker protocol by hand, call by call. */
export class TestWorker {
  constructor(
    private readonly orchestrator: TestOrchestrator,
    readonly id: string,
  ) {}

  /** The same worker as another orchestrator sees it. */
  at(orchestrator: TestOrchestrator): TestWorker {
    return new TestWorker(orchestrator, this.id);
  }

  async next(options: { limit?: number; wait_seconds?: number; poll_id?: string } = {}): Promise<LeasedJob[]> {
    const { status, body } = await this.orchestrator.post<{ jobs: LeasedJob[] }>('/jobs/next', {
      worker_id: this.id,
      ...options,
    });
    if (status !== 200) throw new Error(`next was answered ${status}: ${JSON.stringify(body)}`);
    return body.jobs;
  }

  /** Takes the one job that is there, or waits for it. */
  async take(): Promise<LeasedJob> {
    const [job] = await this.next({ wait_seconds: 5 });
    if (!job) throw new Error('there was no job');
    return job;
  }

  /** Takes so many jobs, in as many polls as it needs: an id may reach Redis a moment after its job was accepted. */
  async takeMany(count: number): Promise<LeasedJob[]> {
    const jobs: LeasedJob[] = [];
    while (jobs.length < count) {
      const more = await this.next({ limit: count - jobs.length, wait_seconds: 5 });
      if (more.length === 0) throw new Error(`there were ${jobs.length} jobs, not ${count}`);
      jobs.push(...more);
    }
    return jobs;
  }

  report(job: LeasedJob, report: Partial<Report> = {}): Promise<Answer<ReportAnswer>> {
    const fence = { job_id: job.id, attempt: job.attempt, lease_token: job.lease_token };
    return this.orchestrator.post('/jobs/report', { worker_id: this.id, status: 'SUCCESS', ...fence, ...report });
  }

  reportMany(reports: readonly Partial<Report>[], next?: { limit: number }): Promise<Answer<ReportAnswer>> {
    return this.orchestrator.post('/jobs/report', { worker_id: this.id, reports, ...(next && { next }) });
  }

  async heartbeat(running?: readonly LeasedJob[], extra: object = {}): Promise<HeartbeatAnswer> {
    const leases = running?.map((job) => ({
      job_id: job.id,
      attempt: job.attempt,
      lease_token: job.lease_token,
      ...extra,
    }));
    const beat = () =>
      this.orchestrator.post<HeartbeatAnswer>('/workers/heartbeat', {
        worker_id: this.id,
        ...(leases && { running: leases }),
      });
    const { status, body } = await beat();
    // With the short leases of tests a busy machine is soon too slow. A worker that hears so goes on, and beats again.
    return status === 503 ? (await beat()).body : body;
  }
}

export function fenceOf(job: LeasedJob) {
  return { job_id: job.id, attempt: job.attempt, lease_token: job.lease_token };
}
