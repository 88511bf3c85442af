import type { Logger } from '../logger.js';
import { Lane } from './lane.js';

/** Of the connections; what callers wait for and what workers wait for share the rest. */
const SWEEP_SHARE = 0.2;
const NOTIFICATION_CONNECTIONS = 1;

/**
 * The connections of one orchestrator to PostgreSQL. Three lanes, so that a slow list cannot hold up a heartbeat, nor a burst of
 * submissions a sweep.
 */
export class Database {
  /** Submissions, lists and people. */
  readonly api: Lane;
  /** Claims, reports and heartbeats. */
  readonly lease: Lane;
  /** Sweeps and other work in the background. */
  readonly sweep: Lane;

  /** @param poolSize connections in all, one of them for notifications */
  constructor(
    readonly url: string,
    poolSize: number,
    logger: Logger,
  ) {
    const size = poolSize - NOTIFICATION_CONNECTIONS;
    // A rebuild of the ready queue holds one connection for its lock and reads over another.
    const sweep = Math.max(2, Math.round(size * SWEEP_SHARE));
    const api = Math.floor((size - sweep) / 2);
    const lease = size - sweep - api;
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
    this.api = new Lane({ name: 'api', url, size: api, timeoutMs: 10_000, settings: noScans, logger });
    this.lease = new Lane({
      name: 'lease',
      url,
      size: lease,
      timeoutMs: 6000,
      settings: byKeyOnly,
      logger,
    });
    this.sweep = new Lane({ name: 'sweep', url, size: sweep, timeoutMs: 30_000, settings: noScans, logger });
  }

  get lanes(): readonly Lane[] {
    return [this.api, this.lease, this.sweep];
  }

  async close(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.close()));
  }
}
