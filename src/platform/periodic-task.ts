import { clock } from './clock.js';
import type { Logger } from './logger.js';
import { random } from './random.js';

export interface PeriodicTaskOptions {
  name: string;
  everyMs: number;
  run: (signal: AbortSignal) => Promise<void>;
  logger: Logger;
  /** The next run comes no sooner than so many times the duration of the last: a slow task must not become the load. Default 0. */
  restFactor?: number;
  /** No rest is longer because of that. Default: no limit. */
  longestRestMs?: number;
}

/**
 * Runs a function again and again, one run at a time, with ±10 % jitter so that replicas do not march in step. A failed run is logged
 * and the next one comes as usual.
 */
export class PeriodicTask {
  private readonly options: PeriodicTaskOptions;
  private timer: NodeJS.Timeout | undefined;
  private stopping: AbortController | undefined;
  private current: Promise<void> | undefined;
  private isHurried = false;

  constructor(options: PeriodicTaskOptions) {
    this.options = options;
  }

  start(): void {
    this.stopping ??= new AbortController();
    this.schedule(0);
  }

  /** Runs as soon as possible; after the run in progress, if there is one. */
  hurry(): void {
    if (!this.stopping) return;
    if (this.current) this.isHurried = true;
    else this.schedule(0);
  }

  /** One run, now or the one in progress; throws what it throws. */
  async runOnce(): Promise<void> {
    await (this.current ?? this.options.run(AbortSignal.timeout(60_000)));
  }

  /** Ends after the run in progress, which is told to stop. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.stopping?.abort();
    this.stopping = undefined;
    await this.current;
  }

  private schedule(delayMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.current = this.execute().finally(() => (this.current = undefined));
    }, delayMs);
  }

  private async execute(): Promise<void> {
    const { stopping } = this;
    if (!stopping) return;
    const startedAt = clock.monotonicMs();
    try {
      await this.options.run(stopping.signal);
    } catch (error) {
      if (!stopping.signal.aborted)
        this.options.logger.warn({ err: error, task: this.options.name }, 'periodic task failed');
    }
    if (this.stopping !== stopping) return;
    const { restFactor = 0, longestRestMs = Infinity } = this.options;
    const restMs = Math.min((clock.monotonicMs() - startedAt) * restFactor, longestRestMs);
    const jittered = this.options.everyMs * (0.9 + 0.2 * random.fraction());
    this.schedule(this.isHurried ? 0 : Math.max(jittered, restMs));
    this.isHurried = false;
  }
}
