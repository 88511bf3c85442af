import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import pg from 'pg';
import { openCluster, OWNER, type Cluster } from '../../../src/platform/embedded-postgres/cluster.js';
import { openDataFolder } from '../../../src/platform/embedded-postgres/data-folder.js';
import { postgresPrograms } from '../../../src/platform/embedded-postgres/postgres-programs.js';
import { isAlive } from '../../../src/platform/embedded-postgres/process-identity.js';
import { startPostmaster, type Postmaster } from '../../../src/platform/embedded-postgres/postmaster.js';
import { until } from '../../support/until.js';

/** `fast` lets nobody finish but tidies up; `immediate` is a crash. */
const STOP_SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;
const STOP_LIMIT_MS = 60_000;

/** A PostgreSQL server of the suite's own, with its default durability, to stop, freeze, crash and fill. */
export class PostgresServer {
  private frozen: number[] = [];

  private constructor(
    private readonly cluster: Cluster,
    private postmaster: Postmaster,
    private readonly logger: Logger,
  ) {}

  static async open(folder: string, logger: Logger): Promise<PostgresServer> {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o711);
    const { folder: dataFolder, account } = openDataFolder(folder, logger);
    const cluster = openCluster(dataFolder, postgresPrograms(dataFolder, account), account, logger);
    return new PostgresServer(cluster, await startPostmaster(cluster, logger), logger);
  }

  get port(): number {
    return this.postmaster.port;
  }

  get isRunning(): boolean {
    return isAlive(this.postmaster.pid);
  }

  /** @param port of the server itself, or of a link to it */
  urlVia(port: number): string {
    return `postgres://${OWNER}:${this.cluster.password}@127.0.0.1:${port}/${OWNER}`;
  }

  /** A connection past all links. */
  async connected<T>(use: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({
      connectionString: this.urlVia(this.port),
      connectionTimeoutMillis: 20_000,
      query_timeout: 120_000,
      application_name: 'chaos',
    });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await use(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async stop(mode: keyof typeof STOP_SIGNALS): Promise<void> {
    if (!this.isRunning) return;
    process.kill(this.postmaster.pid, STOP_SIGNALS[mode]);
    await until(() => !this.isRunning, STOP_LIMIT_MS);
  }

  /** Its children end by themselves when they see it gone. */
  kill(): void {
    this.resume();
    signal(this.postmaster.pid, 'SIGKILL');
  }

  /** Starts it on its port, unless it runs. */
  async start(): Promise<void> {
    if (!this.isRunning) this.postmaster = await startPostmaster(this.cluster, this.logger, this.port);
  }

  /** Every process of the server stands still: connections stay, nobody answers. */
  freeze(): void {
    this.frozen = [this.postmaster.pid, ...this.children()];
    this.frozen.forEach((pid) => signal(pid, 'SIGSTOP'));
  }

  resume(): void {
    this.frozen.forEach((pid) => signal(pid, 'SIGCONT'));
    this.frozen = [];
  }

  /** SIGKILL to a backend, which makes PostgreSQL end all others and recover. Answers whether there was one. */
  async killOneBackend(pick: (pids: number[]) => number): Promise<boolean> {
    const pids = await this.connected(async (client) => {
      const { rows } = await client.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'chaos' ORDER BY pid`,
      );
      return rows.map(({ pid }) => pid);
    });
    if (pids.length === 0) return false;
    signal(pick(pids), 'SIGKILL');
    return true;
  }

  /** Ends connections of the orchestrators, those in the middle of a transaction if there are any. Answers how many were in one. */
  async terminateTransactions(): Promise<number> {
    return this.connected(async (client) => {
      for (let tries = 0; tries < 200; tries++) {
        const { rows } = await client.query<{ n: number }>(
          `SELECT count(pg_terminate_backend(pid))::int AS n FROM pg_stat_activity
          WHERE backend_type = 'client backend' AND application_name <> 'chaos' AND xact_start IS NOT NULL`,
        );
        if (rows[0]!.n > 0) return rows[0]!.n;
        await delay(5);
      }
      return 0;
    });
  }

  /** What the server has written to its log in this run. */
  readLog(): string {
    const folder = join(this.cluster.folder, 'log');
    const files = existsSync(folder) ? readdirSync(folder) : [];
    return files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
  }

  private children(): number[] {
    return parents()
      .filter(({ parent }) => parent === this.postmaster.pid)
      .map(({ pid }) => pid);
  }
}

/** Every process and its parent: from /proc where there is one, as containers often lack `ps`. */
function parents(): { pid: number; parent: number }[] {
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
    return stdout.split('\n').map((line) => {
      const [pid, parent] = line.trim().split(/\s+/).map(Number);
      return { pid: pid!, parent: parent! };
    });
  }
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => ({ pid: Number(pid), parent: parentOf(pid) }));
}

/** In the file it follows the name, which is in brackets and may hold anything, and the state. NaN when the process is gone. */
function parentOf(pid: string): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return NaN;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
