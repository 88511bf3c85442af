import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Job } from '../../src/contract/job.dto.js';
import { INVARIANTS } from '../chaos/check/invariants.js';
import { installWatch, loadEvidence } from '../chaos/check/evidence.js';
import { readExecutions } from '../chaos/check/executions.js';
import type { HistoryEntry } from '../chaos/load/history.js';
import { CHECKOUT, ProductProcess, type Flags } from '../support/product-process.js';
import { tempFolder } from '../support/temp-folder.js';
import { until } from '../support/until.js';

const HANDLERS = join(CHECKOUT, 'test/chaos/load/handlers.mjs');
/** Short, so that leases expire while a test waits for it. */
const LEASE = { 'lease-seconds': 3, 'heartbeat-seconds': 0.5, 'offline-after-seconds': 3, 'sweep-seconds': 0.2 };

/** Real processes of which everything is written down: what was acknowledged, what the handlers did. In the end the invariants judge. */
export class ObservedSystem {
  private readonly folder = tempFolder('failure');
  private readonly effects = join(this.folder, 'effects');
  private readonly history: HistoryEntry[] = [];
  readonly workers: ProductProcess[] = [];
  readonly orchestrators: ProductProcess[] = [];
  readonly pool: pg.Pool;
  url = '';

  private constructor(
    private readonly databaseUrl: string,
    private readonly redisUrl: string | undefined,
  ) {
    mkdirSync(this.effects);
    this.pool = new pg.Pool({ connectionString: databaseUrl, max: 2, connectionTimeoutMillis: 2000 });
    this.pool.on('error', () => undefined);
  }

  static async start(databaseUrl: string, redisUrl?: string): Promise<ObservedSystem> {
    const system = new ObservedSystem(databaseUrl, redisUrl);
    const client = await system.pool.connect();
    await installWatch(client);
    client.release();
    system.url = await system.startOrchestrator();
    return system;
  }

  /** @returns its URL */
  async startOrchestrator(flags: Flags = {}): Promise<string> {
    const orchestrator = ProductProcess.start({
      role: 'orchestrator',
      port: 0,
      'database-url': this.databaseUrl,
      'database-pool-size': 8,
      'redis-url': this.redisUrl,
      ...LEASE,
      ...flags,
    });
    this.orchestrators.push(orchestrator);
    return orchestrator.listening();
  }

  async startWorker(url = this.url): Promise<ProductProcess> {
    const worker = ProductProcess.start(
      { role: 'worker', 'orchestrator-url': url, concurrency: 5, handlers: HANDLERS },
      { env: { CHAOS_EFFECTS: this.effects } },
    );
    this.workers.push(worker);
    await worker.registered();
    return worker;
  }

  /** One try; notes what came of it. */
  async submit(key: string, type: string, ms: number, url = this.url): Promise<Response> {
    const entry = { at: 0, producer: 'test', operation: 0, kind: 'submit' as const, keys: [key] };
    this.history.push({ ...entry, type: 'invoke' });
    const response = await fetch(`${url}/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type, payload: { ms }, idempotency_key: key }),
      signal: AbortSignal.timeout(12_000),
    });
    if (response.ok) {
      const { id } = (await response.clone().json()) as Job;
      this.history.push({ ...entry, type: 'ok', ids: [id] });
    }
    return response;
  }

  /** Until it is acknowledged, as a careful caller does. */
  async submitSurely(key: string, type: string, ms: number, url = this.url): Promise<string> {
    const response = await until(async () => {
      const answer = await this.submit(key, type, ms, url);
      return answer.ok ? answer : undefined;
    }, 40_000);
    return ((await response!.json()) as Job).id;
  }

  /** Jobs that take about `ms` each, all acknowledged. */
  load(name: string, jobs: number, ms: number, url = this.url): Promise<string[]> {
    const keys = Array.from({ length: jobs }, (_, n) => `${name}-${n}`);
    return Promise.all(keys.map((key) => this.submitSurely(key, 'quick', ms, url)));
  }

  async sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(text, values)).rows;
  }

  /** How many jobs are in any of these states. */
  async count(...states: Job['status'][]): Promise<number> {
    const [row] = await this.sql<{ n: number }>(`SELECT count(*)::int AS n FROM jobs WHERE status::text = ANY ($1)`, [
      states,
    ]);
    return row!.n;
  }

  untilDone(): Promise<unknown> {
    return until(async () => (await this.count('PENDING', 'RUNNING', 'RETRYING', 'SCHEDULED')) === 0, 60_000);
  }

  /** Waits until everything is done, stops all in good order, and answers which invariants were broken. */
  async judge(): Promise<string[]> {
    await this.untilDone();
    const live = [...this.workers, ...this.orchestrators].filter((each) => !each.hasEnded);
    for (const each of live) await each.end('SIGTERM');
    const client = await this.pool.connect();
    await loadEvidence(client, this.history, readExecutions(this.effects));
    client.release();
    const broken: string[] = [];
    for (const { name, sql } of INVARIANTS) if ((await this.sql(sql)).length > 0) broken.push(name);
    return broken;
  }

  async close(): Promise<void> {
    await ProductProcess.killAll();
    await this.pool.end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
