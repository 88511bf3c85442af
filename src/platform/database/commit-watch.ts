import { DomainError } from '../errors/domain-error.js';
import type { Logger } from '../logger.js';
import type { Queryable, WriteBrake } from './lane.js';
import { statement } from './statement.js';

const LOOK_MS = 1000;

/** By: the watch over commits while they hang, and GET /metrics. Of our own role only: of others it does not show what they wait for. */
const countSyncWaits = statement(
  'count_sync_waits',
  `SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND datname = current_database()`,
);

/**
 * Notices that commits wait for a synchronous standby that is gone. Such a wait ends by no time limit, and its session stays taken when
 * its caller has long given up; so from then on writes are refused at once, and a look each second, which commits nothing, tells when
 * the standby is back.
 */
export class CommitWatch implements WriteBrake {
  private isHanging = false;
  private isLooking = false;
  private timer: NodeJS.Timeout | undefined;

  /** @param reader what is never used to write, so that it has a connection when all others hang */
  constructor(
    private readonly reader: () => Queryable,
    private readonly logger: Logger,
  ) {}

  assertReleased(): void {
    if (!this.isHanging) return;
    throw new DomainError(
      'database_unavailable',
      'PostgreSQL takes no writes: commits wait for a synchronous standby that does not answer.',
      { retryAfterSeconds: 1 },
    );
  }

  suspect(): void {
    if (this.isLooking) return;
    this.isLooking = true;
    void this.look();
  }

  async count(): Promise<number> {
    const [row] = await this.reader().query<{ n: number }>(countSyncWaits, []);
    return row!.n;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.isLooking = true;
  }

  private async look(): Promise<void> {
    // While it can't be asked, nothing else can either.
    const waits = await this.count().catch(() => 0);
    if (waits > 0 !== this.isHanging) {
      this.isHanging = waits > 0;
      if (this.isHanging) this.logger.error({ waits }, 'commits wait for a synchronous standby: writes are refused');
      else this.logger.info('commits are no longer held up: writes are taken again');
    }
    if (this.isHanging) this.timer = setTimeout(() => void this.look(), LOOK_MS).unref();
    else this.isLooking = false;
  }
}
