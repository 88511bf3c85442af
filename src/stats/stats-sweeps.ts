import type { Logger } from '../platform/logger.js';
import { PeriodicTask } from '../platform/periodic-task.js';
import type { FoldDeltas } from './fold-deltas.js';

const DROP_EVERY_MS = 60_000;

/** Keeps the totals up to date and the history short. */
export class StatsSweeps {
  private readonly tasks: readonly PeriodicTask[];

  constructor(deltas: FoldDeltas, { sweepSeconds }: { sweepSeconds: number }, logger: Logger) {
    this.tasks = [
      new PeriodicTask({
        name: 'fold deltas',
        everyMs: sweepSeconds * 1000,
        logger,
        run: (signal) => deltas.run(signal),
      }),
      new PeriodicTask({
        name: 'drop old history',
        everyMs: DROP_EVERY_MS,
        logger,
        run: (signal) => deltas.drop(signal),
      }),
    ];
  }

  start(): void {
    this.tasks.forEach((task) => task.start());
  }

  async stop(): Promise<void> {
    await Promise.all(this.tasks.map((task) => task.stop()));
  }
}
