import type { EventBus } from '../events/event-bus.js';
import type { Database } from '../platform/database/database.js';
import { statement } from '../platform/database/statement.js';
import type { Logger } from '../platform/logger.js';
import { PeriodicTask } from '../platform/periodic-task.js';
import type { ReadyQueue } from './ready-queue.js';

const REFRESH_MS = 1000;

/** Read each second by every orchestrator. `queues` holds only queues that somebody set something for: no index is needed. */
const SETTINGS = statement(
  'queue-settings',
  `SELECT name, paused_at IS NOT NULL AS is_paused, concurrency_limit
   FROM queues WHERE paused_at IS NOT NULL OR concurrency_limit IS NOT NULL`,
);

interface Row {
  name: string;
  is_paused: boolean;
  concurrency_limit: number | null;
}

/**
 * What people set for queues, as this orchestrator knows it: a second old at most, and told at once when it changes on any orchestrator.
 * While PostgreSQL is away the last known settings hold.
 */
export class QueueSettings {
  /** Queues whose jobs are not handed out. */
  paused: readonly string[] = [];
  /** How many jobs of a queue may run at a time, for those that have a limit. */
  limits: ReadonlyMap<string, number> = new Map();
  private readonly task: PeriodicTask;
  private unsubscribe: (() => void) | undefined;
  private reads = 0;
  private applied = 0;

  constructor(
    private readonly database: Database,
    private readonly queue: ReadyQueue,
    private readonly bus: EventBus,
    logger: Logger,
  ) {
    this.task = new PeriodicTask({
      name: 'queue settings',
      everyMs: REFRESH_MS,
      logger,
      run: () => this.refresh(),
    });
  }

  /** Resolves once the settings are known. @throws when PostgreSQL can't be asked */
  async start(): Promise<void> {
    await this.refresh();
    this.unsubscribe = this.bus.subscribe(({ kind }) => {
      if (kind === 'queue' || kind === 'reset') this.task.hurry();
    });
    this.task.start();
  }

  async stop(): Promise<void> {
    this.unsubscribe?.();
    await this.task.stop();
  }

  /** Reads the settings as they are now. @throws when PostgreSQL can't be asked */
  async refresh(): Promise<void> {
    const read = ++this.reads;
    const rows = await this.database.sweep.query<Row>(SETTINGS, []);
    // Of two reads at once, the one that began later knows more.
    if (read < this.applied) return;
    this.applied = read;
    this.paused = rows.filter((row) => row.is_paused).map((row) => row.name);
    this.limits = new Map(
      rows.flatMap(({ name, concurrency_limit }) => (concurrency_limit === null ? [] : [[name, concurrency_limit]])),
    );
    this.queue.setPaused(this.paused);
  }
}
