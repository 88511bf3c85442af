import { hostname } from 'node:os';
import type { Config } from '../config/config.js';
import type { RegisteredWorker, RegisterWorker } from '../contract/worker.dto.js';
import type { Logger } from '../platform/logger.js';
import { version } from '../platform/package-root.js';
import { CallError, type OrchestratorClient } from './orchestrator-client.js';
import { repeatCall } from './repeat-call.js';

/** Who this worker is to the orchestrators, and the intervals that they set. */
export class Registration {
  private registered: RegisteredWorker | undefined;
  private renewal: Promise<void> | undefined;
  private readonly listeners: ((registered: RegisteredWorker) => void)[] = [];

  constructor(
    private readonly client: OrchestratorClient,
    private readonly config: Config,
    private readonly logger: Logger,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws Error before the first registration */
  get current(): RegisteredWorker {
    if (!this.registered) throw new Error('the worker is not registered yet');
    return this.registered;
  }

  get workerId(): string {
    return this.current.worker_id;
  }

  onChange(listener: (registered: RegisteredWorker) => void): void {
    this.listeners.push(listener);
  }

  /**
   * Registers, however long it takes until an orchestrator is there.
   * @throws CallError when it is refused for good (a wrong key, a name that is not allowed); the signal's reason once it is aborted
   */
  async register(): Promise<void> {
    this.registered = await repeatCall(() => this.client.register(this.request(), this.signal), this.signal);
    this.logger.info({ workerId: this.workerId, queues: this.config.queues }, 'the worker is registered');
    for (const listener of this.listeners) listener(this.registered);
  }

  /**
   * Registers anew when `error` says that the orchestrator does not know this worker. @returns whether it said so
   * @throws as `register` does
   */
  async renewAfter(error: unknown, unknownId: string): Promise<boolean> {
    if (!(error instanceof CallError && error.isUnknownWorker)) return false;
    await this.renew(unknownId);
    return true;
  }

  /** Registers anew, once for all that ask, unless that has happened since `unknownId` was in use. */
  async renew(unknownId: string): Promise<void> {
    if (this.workerId !== unknownId) return;
    this.renewal ??= this.register().finally(() => (this.renewal = undefined));
    await this.renewal;
  }

  private request(): RegisterWorker {
    const { workerName, queues, concurrency } = this.config;
    const host = hostname().slice(0, 200) || 'unknown';
    return {
      hostname: host,
      name: workerName || `${host}-${process.pid}`,
      queues: [...queues],
      concurrency,
      version,
      labels: { pid: String(process.pid), runtime: `node ${process.versions.node}` },
    };
  }
}
