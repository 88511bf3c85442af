import type { Logger } from '../../platform/logger.js';
import type { WorkerRegistry } from '../../workers/worker-registry.js';
import type { Sweep } from './sweep.js';

/** Labels workers OFFLINE that were not heard of for a while. */
export function markSilentWorkers(workers: WorkerRegistry, logger: Logger, sweepMs: number): Sweep {
  return {
    name: 'mark silent workers',
    everyMs: sweepMs,
    run: async () => {
      for (const { id, name } of await workers.markSilent())
        logger.warn({ worker_id: id, name }, 'a worker fell silent');
    },
  };
}
