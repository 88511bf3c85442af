import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import type { LeaseStatus, RunningLease, UnlistedLease } from '../contract/worker.dto.js';
import { Batcher } from '../platform/batcher.js';
import { clock } from '../platform/clock.js';
import { Database } from '../platform/database/database.js';
import { groupBy } from '../platform/group-by.js';
import { fenceArrays } from './job-store.js';
import { findLiveLeases, renewLeases } from './queries/lease-queries.js';

const MAX_LEASES = 1000;
/** Heartbeats wait so long for one another: thousands of idle workers then cost a few statements a second. */
export const HEARTBEAT_GATHER_MS = 100;
/** How old the picture of all live leases may be. A heartbeat every five seconds of each worker must not walk them all each time. */
const PICTURE_MS = 5000;
/** A lease younger than this may still be on its way to its worker. */
const DELIVERY_SECONDS = 5;
const MAX_PICTURE = 50_000;

interface LiveLease {
  job_id: string;
  attempt: number;
  lease_token: string;
  worker_id: string;
}

/** The leases that workers hold: heartbeats renew them. */
@Injectable()
export class Leases {
  private readonly renewals: Batcher<RunningLease, LeaseStatus>;
  private picture: ReadonlyMap<string, LiveLease[]> = new Map();
  private isDrawing = false;
  private pictureAt = -Infinity;

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: Pick<Config, 'leaseSeconds'>,
  ) {
    this.renewals = new Batcher({
      run: (batch) => this.renewBatch(batch),
      maxItems: MAX_LEASES,
      lanes: 2,
      gatherMs: HEARTBEAT_GATHER_MS,
    });
  }

  /** Renews the leases whose fence holds; one verdict each, in order. */
  renew(leases: readonly RunningLease[]): Promise<LeaseStatus[]> {
    return this.renewals.addAll(leases);
  }

  /** Renews whatever a worker holds, for heartbeats that list nothing. */
  async renewAllOf(workerId: string): Promise<LeaseStatus[]> {
    return this.renew(await this.read(workerId, 0, MAX_LEASES));
  }

  /** Leases that a worker holds by our books, some seconds old, and did not list: it lost track of them, or never heard of them. */
  unlisted(workerId: string, listed: readonly RunningLease[]): UnlistedLease[] {
    const held = this.liveByWorker().get(workerId);
    if (!held) return [];
    const known = new Set(listed.map(({ job_id, attempt }) => `${job_id} ${attempt}`));
    return held
      .filter(({ job_id, attempt }) => !known.has(`${job_id} ${attempt}`))
      .slice(0, MAX_LEASES)
      .map(({ job_id, attempt }) => ({ job_id, attempt }));
  }

  /** The last picture. A new one is drawn beside: no verdict waits for it. */
  private liveByWorker(): ReadonlyMap<string, LiveLease[]> {
    if (!this.isDrawing && clock.monotonicMs() - this.pictureAt > PICTURE_MS) {
      this.isDrawing = true;
      void this.draw();
    }
    return this.picture;
  }

  private async draw(): Promise<void> {
    this.picture = await this.read(null, DELIVERY_SECONDS, MAX_PICTURE).then(
      (leases) => groupBy(leases, (lease) => lease.worker_id),
      () => new Map<string, LiveLease[]>(),
    );
    this.pictureAt = clock.monotonicMs();
    this.isDrawing = false;
  }

  private read(workerId: string | null, minAgeSeconds: number, limit: number): Promise<LiveLease[]> {
    return this.database.lease.query<LiveLease>(findLiveLeases, [workerId, minAgeSeconds, limit]);
  }

  private async renewBatch(batch: readonly RunningLease[]): Promise<LeaseStatus[]> {
    const byFence = new Map(batch.map((lease) => [`${lease.job_id} ${lease.attempt} ${lease.lease_token}`, lease]));
    const unique = [...byFence.values()].sort((a, b) => (a.job_id < b.job_id ? -1 : 1));
    const rows = await this.database.lease.query<LiveLease & { is_cancelled: boolean }>(renewLeases, [
      ...fenceArrays(
        unique.map(({ job_id: jobId, attempt, lease_token: leaseToken }) => ({ jobId, attempt, leaseToken })),
      ),
      // As the column keeps it: a number too small for it would be an error there.
      unique.map(({ progress }) => (progress === undefined ? null : Math.fround(progress))),
      unique.map(({ message }) => message ?? null),
      this.config.leaseSeconds,
    ]);
    const held = new Map(rows.map((row) => [`${row.job_id} ${row.attempt} ${row.lease_token}`, row]));
    return batch.map(({ job_id, attempt, lease_token }) => {
      const row = held.get(`${job_id} ${attempt} ${lease_token}`);
      return { job_id, attempt, verdict: !row ? 'lost' : row.is_cancelled ? 'cancel' : 'ok' };
    });
  }
}
