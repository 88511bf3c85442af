import type { Metrics } from '../platform/metrics.js';
import type { QueueBoard } from '../stats/queue-board.js';

/** A scrape names so many queues, those with most to do first: each is seven series. */
const MAX_QUEUES = 1000;

const STATUSES = {
  SCHEDULED: 'scheduled',
  PENDING: 'pending',
  RUNNING: 'running',
  RETRYING: 'retrying',
  DEAD: 'dead',
} as const;

/** Declares what autoscalers and alerts ask of single queues. The same whichever orchestrator is asked, which reads it once for all figures. */
export function measureQueues(metrics: Metrics, board: Pick<QueueBoard, 'read'>): void {
  const busiest = async () => (await board.read()).queues.slice(0, MAX_QUEUES);
  metrics.gauge('queues', 'Queues that jobs named or somebody set something for.', {
    read: async () => (await board.read()).totals.queues,
  });
  metrics.gauge('queue_jobs', `Jobs by queue and status, of the ${MAX_QUEUES} queues with most to do.`, {
    labels: ['queue', 'status'],
    read: async () =>
      (await busiest()).flatMap((queue) =>
        Object.entries(STATUSES).map(([status, key]) => ({ labels: { queue: queue.name, status }, value: queue[key] })),
      ),
  });
  metrics.gauge(
    'queue_oldest_pending_seconds',
    'How long the oldest ready job of a queue has waited, 0 while none waits; of the same queues.',
    {
      labels: ['queue'],
      read: async () =>
        (await busiest()).map(({ name, oldest_pending_seconds }) => ({
          labels: { queue: name },
          value: oldest_pending_seconds ?? 0,
        })),
    },
  );
  metrics.gauge('queue_slots', 'Slots of live workers that serve a queue, up to its limit; of the same queues.', {
    labels: ['queue'],
    read: async () => (await busiest()).map(({ name, slots }) => ({ labels: { queue: name }, value: slots })),
  });
}
