import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import type { Heartbeat, HeartbeatAnswer, ReportedState, WorkerState, WorkerStatus } from '../contract/worker.dto.js';
import { EventBus } from '../events/event-bus.js';
import { HEARTBEAT_GATHER_MS, Leases } from '../jobs/leases.js';
import { WorkerMinutes } from '../jobs/worker-minutes.js';
import { Batcher } from '../platform/batcher.js';
import { Database } from '../platform/database/database.js';
import { DomainError } from '../platform/errors/domain-error.js';
import { touchWorkers } from './worker-queries.js';
import { notFound } from './worker-registry.js';

interface Touched {
  id: string;
  status: WorkerStatus;
  state: WorkerState;
  was: WorkerStatus;
}

interface Touch {
  id: string;
  isStopped: boolean;
  cpuPercent: number | null;
  rssBytes: number | null;
}

/** The part of a lease, and the time at most, that a heartbeat waits for the database: less than its worker waits for the answer. */
const PATIENCE_PART = 0.2;
const LONGEST_PATIENCE_MS = 3000;

/** Takes heartbeats: the worker lives, and so do the leases it lists. */
@Injectable()
export class Heartbeats {
  private readonly touches: Batcher<Touch, Touched | null>;

  constructor(
    private readonly database: Database,
    private readonly leases: Leases,
    private readonly minutes: WorkerMinutes,
    private readonly events: EventBus,
    @Inject(CONFIG) private readonly config: Pick<Config, 'heartbeatSeconds' | 'leaseSeconds'>,
  ) {
    this.touches = new Batcher({
      run: (touches) => this.touch(touches),
      maxItems: 1000,
      gatherMs: HEARTBEAT_GATHER_MS,
    });
  }

  /**
   * @throws DomainError `worker_not_found`: it was forgotten and must register again. `database_unavailable` in good time when the
   * database does not answer: a worker that hears so goes on, one that hears nothing gives up what it runs
   */
  async take(heartbeat: Heartbeat): Promise<HeartbeatAnswer> {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      const patienceMs = Math.min(LONGEST_PATIENCE_MS, this.config.leaseSeconds * 1000 * PATIENCE_PART);
      timer = setTimeout(
        () => reject(new DomainError('database_unavailable', 'The database does not answer.')),
        patienceMs,
      );
    });
    return Promise.race([this.renew(heartbeat), silence]).finally(() => clearTimeout(timer));
  }

  private async renew({ worker_id: id, running, state, ...use }: Heartbeat): Promise<HeartbeatAnswer> {
    const [worker, leases] = await Promise.all([
      this.touches.add({
        id,
        isStopped: state === 'stopped',
        cpuPercent: use.cpu_percent ?? null,
        rssBytes: use.rss_bytes ?? null,
      }),
      running === undefined ? this.leases.renewAllOf(id) : this.leases.renew(running),
    ]);
    if (!worker) throw notFound(id);
    const unlisted = running === undefined ? [] : this.leases.unlisted(id, running);
    this.minutes.countBusy(id, leases.filter(({ verdict }) => verdict !== 'lost').length, this.config.heartbeatSeconds);
    const { status } = worker;
    if (worker.was !== status) this.events.publish({ kind: 'worker', id, status, state: worker.state });
    return { status, leases, unlisted, commands: commandsFor(worker.state, state) };
  }

  private async touch(touches: readonly Touch[]): Promise<(Touched | null)[]> {
    const last = new Map(touches.map((touch) => [touch.id, touch]));
    const sorted = [...last.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    const rows = await this.database.lease.query<Touched>(touchWorkers, [
      sorted.map(({ id }) => id),
      sorted.map(({ isStopped }) => isStopped),
      sorted.map(({ cpuPercent }) => cpuPercent),
      sorted.map(({ rssBytes }) => rssBytes),
    ]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return touches.map(({ id }) => byId.get(id) ?? null);
  }
}

/** Said until the worker says that it obeys. */
function commandsFor(wanted: WorkerState, reported: ReportedState | undefined): string[] {
  if (reported === 'stopped') return [];
  if (wanted === 'draining') return reported === 'draining' ? [] : ['drain'];
  return reported === 'draining' ? ['resume'] : [];
}
