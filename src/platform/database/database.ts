import type { Logger } from '../logger.js';
import { CommitWatch } from './commit-watch.js';
import { DatabaseServer } from './database-server.js';
import { Lane } from './lane.js';

/** Of the connections; what callers wait for and what workers wait for share what is left after these two. */
const SWEEP_SHARE = 0.2;
const READ_SHARE = 0.2;
const NOTIFICATION_CONNECTIONS = 1;

/**
 * The connections of one orchestrator to PostgreSQL. Four lanes, so that a search cannot hold up a submission, nor a burst of submissions
 * a heartbeat or a sweep.
 */
export class Database {
  /** Submissions, what people change, and look-ups by id: nothing here costs more the more jobs there are. */
  readonly api: Lane;
  /** Lists, searches, counts and charts. Nothing is written here. */
  readonly read: Lane;
  /** Claims, reports and heartbeats. */
  readonly lease: Lane;
  /** Sweeps and other work in the background. */
  readonly sweep: Lane;
  private readonly commits: CommitWatch;

  /** @param poolSize connections in all, one of them for notifications */
  constructor(
    readonly url: string,
    poolSize: number,
    logger: Logger,
  ) {
    const size = poolSize - NOTIFICATION_CONNECTIONS;
    // A rebuild of the ready queue holds one connection for its lock and reads over another.
    const sweep = Math.max(2, Math.round(size * SWEEP_SHARE));
    const read = Math.max(1, Math.round((size - sweep) * READ_SHARE));
    const api = Math.floor((size - sweep - read) / 2);
    const lease = size - sweep - read - api;
    // A plan is kept for as long as nothing tells that the table has grown: one that was made while it was empty would read it from end
    // to end when it has a million rows.
    const noScans = { enable_seqscan: 'off' };
    // The hot statements join a batch of ids with tables by primary key, in the order of the ids: that order is the lock order. Any
    // other plan would lock in another order, or read more than the batch, misled by statistics of a table that changes by the second.
    const byKeyOnly = {
      ...noScans,
      enable_hashjoin: 'off',
      enable_mergejoin: 'off',
      enable_bitmapscan: 'off',
      join_collapse_limit: '1',
      plan_cache_mode: 'force_generic_plan',
      // One row that somebody holds must not keep a whole batch of heartbeats waiting.
      lock_timeout: '1s',
    };
    const server = new DatabaseServer(url);
    this.commits = new CommitWatch(() => this.read, logger);
    const common = { server, logger, settings: noScans, brake: this.commits };
    this.api = new Lane({ ...common, name: 'api', size: api, timeoutMs: 10_000 });
    this.read = new Lane({ ...common, name: 'read', size: read, timeoutMs: 10_000 });
    this.lease = new Lane({ ...common, name: 'lease', size: lease, timeoutMs: 6000, settings: byKeyOnly });
    this.sweep = new Lane({ ...common, name: 'sweep', size: sweep, timeoutMs: 30_000 });
  }

  get lanes(): readonly Lane[] {
    return [this.api, this.read, this.lease, this.sweep];
  }

  /** How many commits wait for a synchronous standby just now, of whichever process. */
  countSyncWaits(): Promise<number> {
    return this.commits.count();
  }

  async close(): Promise<void> {
    this.commits.stop();
    await Promise.all(this.lanes.map((lane) => lane.close()));
  }
}
