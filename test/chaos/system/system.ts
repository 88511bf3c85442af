import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { WorkerList } from '../../../src/contract/worker.dto.js';
import { freePort } from '../../../src/platform/embedded-postgres/free-port.js';
import { type RedisServer, startRedis } from '../../support/redis.js';
import { until } from '../../support/until.js';
import type { ChaosOptions } from '../options.js';
import { Balancer } from './balancer.js';
import { FakeClock } from './fake-clock.js';
import { Link } from './link.js';
import { PostgresServer } from './postgres-server.js';
import { SmallDisk } from './small-disk.js';
import { SupervisedProcess } from './supervised-process.js';

const POSTGRES_DISK_MB = 3000;
const REDIS_DISK_MB = 128;
const HANDLERS = join(import.meta.dirname, '../load/handlers.mjs');

export interface Orchestrator {
  process: SupervisedProcess;
  port: number;
  toPostgres: Link;
  toRedis: Link;
  clock: FakeClock | undefined;
}

export interface WorkerOfSystem {
  process: SupervisedProcess;
  toOrchestrators: Link;
  clock: FakeClock | undefined;
}

/** Everything that runs: the servers, the product's processes, and the network between them. */
export class System {
  readonly orchestrators: Orchestrator[] = [];
  readonly workers: WorkerOfSystem[] = [];
  readonly producerLinks: Link[] = [];

  private constructor(
    private readonly folder: string,
    private readonly program: string,
    private readonly options: ChaosOptions,
    readonly disks: { postgres: SmallDisk | undefined; redis: SmallDisk | undefined },
    readonly postgres: PostgresServer,
    readonly redis: RedisServer,
    readonly balancer: Balancer,
    private readonly ports: readonly number[],
  ) {}

  /** @param program the built main.js to run */
  static async start(folder: string, program: string, options: ChaosOptions, logger: Logger): Promise<System> {
    const disks = {
      postgres: SmallDisk.mount(join(folder, 'postgres'), POSTGRES_DISK_MB),
      redis: SmallDisk.mount(join(folder, 'redis'), REDIS_DISK_MB),
    };
    const postgres = await PostgresServer.open(join(folder, 'postgres'), logger);
    mkdirSync(join(folder, 'redis'), { recursive: true });
    const redis = await startRedis(
      '--dir',
      join(folder, 'redis'),
      '--appendonly',
      'yes',
      '--maxmemory-policy',
      'noeviction',
    );
    const ports = await Promise.all(Array.from({ length: options.orchestrators }, () => freePort()));
    const system = new System(folder, program, options, disks, postgres, redis, new Balancer(ports), ports);
    await system.startProcesses();
    return system;
  }

  get processes(): SupervisedProcess[] {
    return [...this.orchestrators, ...this.workers].map(({ process }) => process);
  }

  get links(): Link[] {
    return [
      ...this.orchestrators.flatMap(({ toPostgres, toRedis }) => [toPostgres, toRedis]),
      ...this.workers.map(({ toOrchestrators }) => toOrchestrators),
      ...this.producerLinks,
    ];
  }

  get effectsFolder(): string {
    return join(this.folder, 'effects');
  }

  /** Undoes whatever a fault may have left. */
  async heal(): Promise<void> {
    this.links.forEach((link) => link.heal());
    this.processes.forEach((process) => process.resume());
    [...this.orchestrators, ...this.workers].forEach(({ clock }) => clock?.set(0));
    this.disks.postgres?.empty();
    this.disks.redis?.empty();
    this.postgres.resume();
    await this.postgres.start();
  }

  /** True when every orchestrator says that all is well, Redis included. */
  async isWell(): Promise<boolean> {
    const answers = await Promise.all(this.ports.map((port) => health(port)));
    return answers.every((status) => status === 'ok');
  }

  /** Workers first, which then can deliver their last reports. */
  async stopProcesses(): Promise<void> {
    await Promise.all(this.workers.map(({ process }) => process.stop()));
    await Promise.all(this.orchestrators.map(({ process }) => process.stop()));
    await this.balancer.stop();
    await Promise.all(this.links.map((link) => link.close()));
  }

  /** For a run that is broken off: whatever would outlive this process ends at once. */
  abandon(): void {
    for (const { pid } of [...this.processes, { pid: this.redis.pid }]) if (pid !== undefined) kill(pid);
    this.postgres.kill();
    this.unmount();
  }

  async stopServers(): Promise<void> {
    await this.redis.stop();
    await this.postgres.stop('immediate');
    this.unmount();
  }

  private unmount(): void {
    this.disks.postgres?.unmount();
    this.disks.redis?.unmount();
  }

  private async startProcesses(): Promise<void> {
    mkdirSync(this.effectsFolder, { recursive: true });
    for (const [index, port] of this.ports.entries()) await this.addOrchestrator(`orchestrator-${index + 1}`, port);
    // One after the other would do as well; both together also try the lock of the migrations.
    this.orchestrators.forEach(({ process }) => process.start());
    await until(() => this.isWell(), 60_000);
    for (let index = 1; index <= this.options.workers; index++) await this.addWorker(`worker-${index}`);
    this.workers.forEach(({ process }) => process.start());
    await until(() => this.areWorkersOnline(), 60_000);
    for (let index = 1; index <= this.options.producers; index++)
      this.producerLinks.push(await this.balancer.openLink(`producer-${index}`));
  }

  private async areWorkersOnline(): Promise<boolean> {
    const response = await fetch(`http://127.0.0.1:${this.ports[0]}/workers`);
    return ((await response.json()) as WorkerList).online === this.options.workers;
  }

  private async addOrchestrator(name: string, port: number): Promise<void> {
    const toPostgres = await Link.open(`${name} to postgres`, () => [this.postgres.port]);
    const toRedis = await Link.open(`${name} to redis`, () => [this.redis.port]);
    const clock = this.clockOf(name, this.orchestrators.length === this.options.orchestrators - 1);
    const flags = {
      ...this.commonFlags('orchestrator'),
      port,
      'database-url': this.postgres.urlVia(toPostgres.port),
      'redis-url': `redis://127.0.0.1:${toRedis.port}`,
      'lease-seconds': this.options.leaseSeconds,
      'heartbeat-seconds': this.options.leaseSeconds / 3,
      'offline-after-seconds': this.options.leaseSeconds,
    };
    const process = this.processOf(name, 'orchestrator', flags, clock?.env ?? {});
    this.orchestrators.push({ process, port, toPostgres, toRedis, clock });
  }

  private async addWorker(name: string): Promise<void> {
    const toOrchestrators = await this.balancer.openLink(name);
    const clock = this.clockOf(name, this.workers.length === this.options.workers - 1);
    const flags = {
      ...this.commonFlags('worker'),
      'orchestrator-url': `http://127.0.0.1:${toOrchestrators.port}`,
      'worker-name': name,
      concurrency: this.options.concurrency,
      handlers: HANDLERS,
    };
    const env = { ...clock?.env, CHAOS_EFFECTS: this.effectsFolder };
    this.workers.push({ process: this.processOf(name, 'worker', flags, env), toOrchestrators, clock });
  }

  /** Only the last of its kind gets a clock that can be set: the library makes a process slower. */
  private clockOf(name: string, isLast: boolean): FakeClock | undefined {
    return isLast ? FakeClock.create(join(this.folder, `${name}.clock`)) : undefined;
  }

  private commonFlags(role: string): Record<string, string | number> {
    return { role, 'log-level': 'info', 'log-format': 'json' };
  }

  private processOf(
    name: string,
    role: 'orchestrator' | 'worker',
    flags: Record<string, string | number>,
    env: Record<string, string>,
  ): SupervisedProcess {
    const args = [this.program, ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`)];
    return new SupervisedProcess(name, role, {
      args,
      env,
      cwd: this.folder,
      logFile: join(this.folder, `${name}.log`),
    });
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

async function health(port: number): Promise<string | undefined> {
  const response = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(5000) });
  return ((await response.json()) as { status?: string }).status;
}
