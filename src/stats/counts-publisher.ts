import type { StatusCounts } from '../contract/stats.dto.js';
import type { EventBus } from '../events/event-bus.js';
import type { Logger } from '../platform/logger.js';
import { PeriodicTask } from '../platform/periodic-task.js';
import type { StatsReader } from './stats-reader.js';

const EVERY_MS = 1000;

/** Tells the browsers of this orchestrator the number of jobs in each status, about once a second, when it has changed. */
export class CountsPublisher {
  private readonly task: PeriodicTask;
  private last = '';

  constructor(
    private readonly bus: EventBus,
    private readonly stats: StatsReader,
    logger: Logger,
  ) {
    // It rests ten times as long as it took: counts must not become the load.
    this.task = new PeriodicTask({
      name: 'counts',
      everyMs: EVERY_MS,
      restFactor: 10,
      logger,
      run: () => this.publish(),
    });
  }

  start(): void {
    this.task.start();
  }

  stop(): Promise<void> {
    return this.task.stop();
  }

  /** Publishes the counts if some browser listens here and they are not those of the last time. */
  async publish(): Promise<void> {
    if (!this.bus.hasAudienceHere) return;
    const jobs: StatusCounts = await this.stats.countJobs({});
    const text = JSON.stringify(jobs);
    if (text === this.last) return;
    this.last = text;
    this.bus.publish({ kind: 'counts', jobs });
  }
}
