import type { EventBus } from '../events/event-bus.js';
import type { Dispatcher } from '../jobs/dispatcher.js';
import type { Database } from '../platform/database/database.js';
import type { Metrics } from '../platform/metrics.js';
import type { ReadyQueue } from '../queue/ready-queue.js';
import type { StatsReader } from '../stats/stats-reader.js';

export interface MeasuredParts {
  database: Database;
  queue: ReadyQueue;
  stats: StatsReader;
  dispatcher: Dispatcher;
  events: EventBus;
}

/** Declares the figures of one orchestrator. Those that count jobs are the same whichever orchestrator is asked. */
export function measureOrchestrator(
  metrics: Metrics,
  { database, queue, stats, dispatcher, events }: MeasuredParts,
): void {
  metrics.gauge('jobs', 'Jobs by status.', {
    label: 'status',
    read: async () => ({ ...(await stats.countJobs({})) }),
  });
  metrics.counter('job_transitions_total', 'Jobs that this orchestrator brought into a status.', {
    label: 'status',
    read: () => events.transitions,
  });
  metrics.gauge('ready_queue_uses_redis', '1 while Redis hands out ready jobs, 0 while PostgreSQL does.', {
    read: () => (queue.mode === 'redis' ? 1 : 0),
  });
  metrics.gauge(
    'ready_jobs',
    'Ready jobs that each store knows of, up to 100,000; they should agree but for moments.',
    {
      label: 'store',
      read: () => queue.drift(),
    },
  );
  metrics.gauge('waiting_polls', 'Workers that wait here for jobs.', { read: () => dispatcher.waitingPolls });
  metrics.gauge('database_connections', 'Open connections to PostgreSQL by lane.', {
    label: 'lane',
    read: () => perLane(database, ({ total }) => total),
  });
  metrics.gauge('database_connections_idle', 'Connections to PostgreSQL that nobody uses, by lane.', {
    label: 'lane',
    read: () => perLane(database, ({ idle }) => idle),
  });
  metrics.gauge('database_waiting', 'Statements that wait for a connection, by lane.', {
    label: 'lane',
    read: () => perLane(database, ({ waiting }) => waiting),
  });
  metrics.gauge('database_syncrep_waits', 'Commits that wait for a synchronous standby, of whichever process.', {
    read: () => database.countSyncWaits(),
  });
}

type Usage = Database['lanes'][number]['usage'];

function perLane(database: Database, figure: (usage: Usage) => number): Record<string, number> {
  return Object.fromEntries(database.lanes.map(({ usage }) => [usage.lane, figure(usage)]));
}
