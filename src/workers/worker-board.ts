import { Injectable } from '@nestjs/common';
import type {
  ListWorkersQuery,
  Worker,
  WorkerGroup,
  WorkerGrouping,
  WorkerGroupList,
  WorkerSort,
} from '../contract/worker.dto.js';
import { EventBus } from '../events/event-bus.js';
import { clock } from '../platform/clock.js';
import { Database } from '../platform/database/database.js';
import { groupBy } from '../platform/group-by.js';
import { Snapshot } from '../platform/snapshot.js';
import type { SortValue } from '../platform/sorted-page.js';
import { allWorkers } from './worker-queries.js';

/** Those that are online and were heard of last; a fleet of more is not known. */
const MAX_WORKERS = 10_000;
const LISTED_GROUPS = 200;
const HOUR_MS = 3_600_000;
const GROUPED_OFFLINE_HOURS = 24;

/** A worker with what lists are sorted, filtered and summed by. */
export type ListedWorker = Omit<Worker, 'last_heartbeat' | 'registered_at' | 'name' | 'labels' | 'running_jobs'> & {
  shown_name: string;
  last_heartbeat: Date;
  registered_at: Date;
};

/** All workers at one moment. */
export interface WorkerOverview {
  workers: readonly ListedWorker[];
  asOf: Date;
}

/** All workers, read once for all who ask within a short while. */
@Injectable()
export class WorkerBoard {
  private readonly snapshot = new Snapshot<WorkerOverview>(async () => {
    const asOf = clock.now();
    return { workers: await this.database.read.query<ListedWorker>(allWorkers, [MAX_WORKERS]), asOf };
  });

  constructor(
    private readonly database: Database,
    events: EventBus,
  ) {
    events.subscribe(({ kind }) => {
      if (kind === 'worker' || kind === 'reset') this.snapshot.forget();
    });
  }

  read(): Promise<WorkerOverview> {
    return this.snapshot.read();
  }

  /** By what they have in common, the group with most slots first. */
  async groups(by: WorkerGrouping): Promise<WorkerGroupList> {
    const { workers, asOf } = await this.read();
    const { kept } = withoutLongOffline(workers, GROUPED_OFFLINE_HOURS, asOf);
    const groups = [...groupBy(kept, KEYS[by])].map(([name, members]) => groupOf(name, members));
    groups.sort((a, b) => b.slots - a.slots || b.online - a.online || ((a.name ?? '') < (b.name ?? '') ? -1 : 1));
    return { groups: groups.slice(0, LISTED_GROUPS), total: groups.length };
  }
}

const KEYS: Record<WorkerGrouping, (worker: ListedWorker) => string | null> = {
  version: ({ version }) => version,
  host: ({ hostname }) => hostname,
  queues: ({ queues }) => queues.toSorted().join(', '),
};

function groupOf(name: string | null, members: readonly ListedWorker[]): WorkerGroup {
  const online = members.filter(({ status }) => status === 'ONLINE');
  const sum = (key: 'succeeded_last_hour' | 'failed_last_hour' | 'lost_last_day') =>
    members.reduce((total, worker) => total + worker[key], 0);
  return {
    name,
    online: online.length,
    offline: members.length - online.length,
    draining: online.filter(({ state }) => state === 'draining').length,
    ...slotsOf(online),
    succeeded_last_hour: sum('succeeded_last_hour'),
    failed_last_hour: sum('failed_last_hour'),
    lost_last_day: sum('lost_last_day'),
  };
}

/** A worker may hold a few jobs more than it has slots: those that it starts next. */
export function slotsOf(online: readonly ListedWorker[]): { slots: number; slots_used: number } {
  return {
    slots: online.reduce((sum, { concurrency }) => sum + concurrency, 0),
    slots_used: online.reduce((sum, { running_count, concurrency }) => sum + Math.min(running_count, concurrency), 0),
  };
}

/** Those that are online, or were so at most so many hours ago. */
export function withoutLongOffline(
  workers: readonly ListedWorker[],
  hours: number,
  now: Date,
): { kept: ListedWorker[]; long: number } {
  const since = now.getTime() - hours * HOUR_MS;
  const kept = workers.filter(({ status, last_heartbeat }) => status === 'ONLINE' || last_heartbeat.getTime() >= since);
  return { kept, long: workers.length - kept.length };
}

/** Whether a worker is among those that were asked for. */
export function fits(worker: ListedWorker, { status, state, queue, q = '', ids }: ListWorkersQuery): boolean {
  if (status !== undefined && worker.status !== status) return false;
  if (state !== undefined && worker.state !== state) return false;
  if (queue !== undefined && !worker.queues.includes(queue) && !worker.queues.includes('*')) return false;
  if (ids !== undefined && !ids.includes(worker.id)) return false;
  const wanted = q.toLowerCase();
  const texts = [worker.shown_name, worker.hostname, worker.version ?? '', worker.id, ...worker.queues];
  return texts.some((text) => text.toLowerCase().includes(wanted));
}

/** What a list sorted so compares. */
export function sortValueOf(sort: WorkerSort): (worker: ListedWorker) => SortValue {
  return VALUES[sort.replace('-', '') as keyof typeof VALUES];
}

const VALUES: Record<Exclude<WorkerSort, `-${string}`>, (worker: ListedWorker) => SortValue> = {
  concern: (worker) => `${gravity(worker)} ${worker.shown_name.toLowerCase()}`,
  name: ({ shown_name }) => shown_name.toLowerCase(),
  status: ({ status }) => (status === 'ONLINE' ? 1 : 0),
  utilisation: ({ status, running_count, concurrency }) => (status === 'ONLINE' ? running_count / concurrency : null),
  running: ({ running_count }) => running_count,
  slots: ({ concurrency }) => concurrency,
  succeeded: ({ succeeded_last_hour }) => succeeded_last_hour,
  failed: ({ failed_last_hour }) => failed_last_hour,
  lost: ({ lost_last_day }) => lost_last_day,
  cpu: ({ cpu_percent }) => cpu_percent,
  memory: ({ rss_bytes }) => rss_bytes,
  heartbeat: ({ last_heartbeat }) => last_heartbeat.getTime(),
  registered: ({ registered_at }) => registered_at.getTime(),
  version: ({ version }) => version,
  host: ({ hostname }) => hostname.toLowerCase(),
};

/** Silent with jobs in hand, then online with losses of today, then online, then gone with losses, then gone. */
function gravity({ status, running_count, lost_last_day }: ListedWorker): number {
  if (status === 'OFFLINE') return running_count > 0 ? 0 : lost_last_day > 0 ? 3 : 4;
  return lost_last_day > 0 ? 1 : 2;
}
