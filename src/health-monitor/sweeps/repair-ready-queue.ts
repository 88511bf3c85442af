import type { ReadyQueue } from '../../queue/ready-queue.js';
import type { Sweep } from './sweep.js';

/** Gives Redis back the ids that it lost, and takes back those that somebody took and never claimed. */
export function repairReadyQueue(queue: ReadyQueue, sweepMs: number): Sweep {
  return { name: 'repair the ready queue', everyMs: sweepMs, restFactor: 1, run: () => queue.repair() };
}
