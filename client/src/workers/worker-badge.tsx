import type { Worker } from '../api/types.js';
import { StatusBadge } from '../ui/status-badge.js';

/** Online, draining or offline. */
export function WorkerBadge({ worker }: { worker: Pick<Worker, 'status' | 'state'> }) {
  const isDraining = worker.status === 'ONLINE' && worker.state === 'draining';
  return <StatusBadge status={isDraining ? 'DRAINING' : worker.status} />;
}
