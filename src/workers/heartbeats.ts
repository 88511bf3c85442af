import { Injectable } from '@nestjs/common';
import type { Heartbeat, HeartbeatAnswer, WorkerState, WorkerStatus } from '../contract/worker.dto.js';
import { EventBus } from '../events/event-bus.js';
import { Leases } from '../jobs/leases.js';
import { Batcher } from '../platform/batcher.js';
import { Database } from '../platform/database/database.js';
import { touchWorkers } from './worker-queries.js';
import { notFound } from './worker-registry.js';

interface Touched {
  id: string;
  state: WorkerState;
  was: WorkerStatus;
}

/** Takes heartbeats: the worker lives, and so do the leases it lists. */
@Injectable()
export class Heartbeats {
  private readonly touches: Batcher<string, Touched | null>;

  constructor(
    private readonly database: Database,
    private readonly leases: Leases,
    private readonly events: EventBus,
  ) {
    this.touches = new Batcher({ run: (ids) => this.touch(ids), maxItems: 1000 });
  }

  /** @throws DomainError `worker_not_found`: it was forgotten and must register again */
  async take({ worker_id: id, running, state }: Heartbeat): Promise<HeartbeatAnswer> {
    const [worker, leases, unlisted] = await Promise.all([
      this.touches.add(id),
      running === undefined ? this.leases.renewAllOf(id) : this.leases.renew(running),
      running === undefined ? [] : this.leases.unlisted(id, running),
    ]);
    if (!worker) throw notFound(id);
    if (worker.was === 'OFFLINE') this.events.publish({ kind: 'worker', id, status: 'ONLINE', state: worker.state });
    return { status: 'ONLINE', leases, unlisted, commands: commandsFor(worker.state, state) };
  }

  private async touch(ids: readonly string[]): Promise<(Touched | null)[]> {
    const rows = await this.database.lease.query<Touched>(touchWorkers, [[...new Set(ids)].sort()]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  }
}

/** Said until the worker says that it obeys. */
function commandsFor(wanted: WorkerState, reported: WorkerState | undefined): string[] {
  if (wanted === 'draining') return reported === 'draining' ? [] : ['drain'];
  return reported === 'draining' ? ['resume'] : [];
}
