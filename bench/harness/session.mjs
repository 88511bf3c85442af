import { setTimeout as delay } from 'node:timers/promises';
import { AgentProcess } from './agent-process.mjs';
import { startCpuClock } from './processes.mjs';
import { startStatementClock } from './statements.mjs';

const STALL_MS = 30_000;

/** One system on empty stores: its servers if it has any, one client process, later its workers. */
export class Session {
  workers = [];
  servers = {};

  static async open(bench, system, options) {
    const session = new Session();
    try {
      await session.prepare(bench, system, options);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async prepare(bench, system, options) {
    this.bench = bench;
    bench.session = this;
    this.system = system;
    this.settings = system.settings(options);
    await bench.postgres.empty('bench');
    await bench.redis.empty();
    this.env = {
      databaseUrl: bench.postgres.url('bench'),
      redisUrl: bench.redis.url,
      folder: bench.folder,
      profile: bench.profile,
    };
    this.servers = (await system.startServers?.(this.env, this.settings)) ?? {};
    this.client = await AgentProcess.start(system, 'client');
    await this.client.call('prepare', this.env, this.settings);
    await this.client.call('openClient', this.env, this.settings);
    if (bench.profile && system.store !== 'redis') this.statements = await startStatementClock(this.env.databaseUrl);
  }

  /** Starts worker processes; they begin at once. */
  async startWorkers(count) {
    const { system, env, settings } = this;
    if (system.startWorkerProcess) {
      for (let i = 0; i < count; i++) this.workers.push(await system.startWorkerProcess(env, settings));
      return;
    }
    this.workers = await Promise.all(Array.from({ length: count }, () => AgentProcess.start(system, 'worker')));
    await Promise.all(this.workers.map((worker) => worker.call('startWorker', env, settings)));
  }

  get handled() {
    return this.workers.reduce((sum, worker) => sum + worker.handled, 0);
  }

  takeLatencies() {
    return this.workers.flatMap((worker) => worker.latencies.splice(0));
  }

  /** @throws Error when a worker ends, or nothing was executed for half a minute */
  async untilWorkers(condition, what) {
    let handled = this.handled;
    let movedAt = performance.now();
    while (!condition()) {
      await delay(2);
      if (this.handled !== handled) [handled, movedAt] = [this.handled, performance.now()];
      const ended = this.workers.find((worker) => worker.child.exitCode !== null || worker.child.signalCode !== null);
      if (ended) throw new Error(`${ended.name} ended: ${ended.said}`);
      if (performance.now() - movedAt > STALL_MS)
        throw new Error(`${this.system.name}: ${handled} executed, waiting for ${what}: ${this.said()}`);
    }
  }

  said() {
    return [...Object.values(this.servers), ...this.workers]
      .map((process) => process.said)
      .join('\n')
      .slice(-2000);
  }

  startCpuClock() {
    const servers = Object.fromEntries(Object.entries(this.servers).map(([name, { pid }]) => [name, [pid]]));
    return startCpuClock({
      client: [this.client.pid],
      ...servers,
      worker: this.workers.map(({ pid }) => pid),
      postgres: [this.bench.postgres.pid],
      redis: [this.bench.redis.pid],
    });
  }

  /** Everything that was submitted is done, and was executed once. */
  async verify(submitted, { executed = this.handled } = {}) {
    if (executed !== submitted)
      throw new Error(`${this.system.name}: ${submitted} jobs were executed ${executed} times`);
    const deadline = performance.now() + STALL_MS;
    let remaining;
    while ((remaining = await this.client.call('remaining')) > 0 && performance.now() < deadline) await delay(50);
    if (remaining > 0) throw new Error(`${this.system.name}: ${remaining} of ${submitted} jobs are not done`);
    const finished = await this.client.call('finished');
    if (finished !== null && finished !== submitted) {
      throw new Error(`${this.system.name}: of ${submitted} jobs only ${finished} are kept with their history`);
    }
  }

  async close() {
    this.bench.session = undefined;
    if (this.statements) console.table(await this.statements());
    await Promise.all(this.workers.map((worker) => worker.stop()));
    await this.client?.stop();
    await Promise.all(Object.values(this.servers).map((server) => server.stop()));
  }
}
