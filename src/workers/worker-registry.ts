import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOGGER } from '../config/config.module.js';
import type {
  ListWorkersQuery,
  RegisteredWorker,
  RegisterWorker,
  RunningJob,
  Worker,
  WorkerHistory,
  WorkerList,
  WorkerState,
  WorkerStatus,
} from '../contract/worker.dto.js';
import { EventBus } from '../events/event-bus.js';
import { Database } from '../platform/database/database.js';
import { DomainError } from '../platform/errors/domain-error.js';
import type { Logger } from '../platform/logger.js';
import { random } from '../platform/random.js';
import { sortedPage } from '../platform/sorted-page.js';
import { fits, slotsOf, sortValueOf, withoutLongOffline, WorkerBoard } from './worker-board.js';
import * as queries from './worker-queries.js';

const POLL_WAIT_SECONDS = 30;
const RUNNING_JOBS_IN_LISTS = 10;
const RUNNING_JOBS_IN_FULL = 1000;
const LOST_ATTEMPTS = 100;
const DEFAULT_LIMIT = 100;

type Deeds = Pick<Worker, 'succeeded_last_hour' | 'failed_last_hour' | 'lost_last_day'>;
type WorkerRow = Omit<Worker, keyof Deeds | 'running_count' | 'running_jobs' | 'last_heartbeat' | 'registered_at'>;
type RunningRow = RunningJob & { worker_id: string; running_count: number };

/** The workers that there are: registration, what people see of them, and drain, resume, forget. */
@Injectable()
export class WorkerRegistry {
  constructor(
    private readonly database: Database,
    private readonly events: EventBus,
    private readonly board: WorkerBoard,
    @Inject(CONFIG) private readonly config: Pick<Config, 'heartbeatSeconds' | 'leaseSeconds' | 'offlineAfterSeconds'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async register(body: RegisterWorker): Promise<RegisteredWorker> {
    const id = random.id();
    const { hostname, name = null, queues = ['*'], concurrency = 1, version = null, labels = {} } = body;
    await this.database.lease.query(queries.insertWorker, [id, hostname, name, queues, concurrency, version, labels]);
    this.logger.info({ worker_id: id, hostname, name, queues, concurrency }, 'a worker registered');
    this.events.publish({ kind: 'worker', id, status: 'ONLINE', state: 'active' });
    return {
      worker_id: id,
      heartbeat_seconds: this.config.heartbeatSeconds,
      lease_seconds: this.config.leaseSeconds,
      poll_wait_seconds: POLL_WAIT_SECONDS,
    };
  }

  /** One page. @throws DomainError `invalid_request` for a cursor that no list gave out, or gave out for another order */
  async list(query: ListWorkersQuery): Promise<WorkerList> {
    const { sort = '-status', limit = DEFAULT_LIMIT, cursor, offline_hours = Infinity } = query;
    const { workers, asOf } = await this.board.read();
    const { kept, long } = withoutLongOffline(
      workers.filter((worker) => fits(worker, query)),
      offline_hours,
      asOf,
    );
    const { rows, ...page } = sortedPage(
      { rows: kept, sort, valueOf: sortValueOf(sort), idOf: ({ id }) => id },
      limit,
      cursor,
    );
    const online = kept.filter(({ status }) => status === 'ONLINE');
    return {
      workers: await this.inFull(rows.map(({ id }) => id)),
      ...page,
      total: kept.length,
      online: online.length,
      offline: kept.length - online.length,
      ...slotsOf(online),
      long_offline: long,
      as_of: asOf.toISOString(),
    };
  }

  /** @throws DomainError `worker_not_found` */
  async get(id: string): Promise<Worker> {
    const rows = await this.database.api.query<WorkerRow>(queries.findWorker, [id]);
    const [worker] = await this.withRunningJobs(rows, RUNNING_JOBS_IN_FULL);
    if (!worker) throw notFound(id);
    return worker;
  }

  /** What a worker did in the last hour and lost in the last day. @throws DomainError `worker_not_found` */
  async history(id: string): Promise<WorkerHistory> {
    const [workers, minutes, lost] = await Promise.all([
      this.database.api.query(queries.findWorker, [id]),
      this.database.read.query<WorkerHistory['minutes'][number]>(queries.findWorkerMinutes, [id]),
      this.database.read.query<WorkerHistory['lost'][number]>(queries.findLostAttempts, [id, LOST_ATTEMPTS]),
    ]);
    if (workers.length === 0) throw notFound(id);
    return { minutes, lost };
  }

  /** Draining: it takes no more jobs, here and at once; it hears so with its next heartbeat. @throws DomainError `worker_not_found` */
  async setState(id: string, state: WorkerState): Promise<Worker> {
    const [row] = await this.database.api.query<{ status: WorkerStatus }>(queries.setWorkerState, [id, state]);
    if (!row) throw notFound(id);
    this.events.publish({ kind: 'worker', id, status: row.status, state });
    return this.get(id);
  }

  /** @throws DomainError `worker_not_found`; `state_conflict` for one that is at work */
  async forget(id: string): Promise<void> {
    const deleted = await this.database.api.query(queries.deleteWorker, [id]);
    if (deleted.length === 0) {
      const worker = await this.get(id);
      throw new DomainError(
        'state_conflict',
        worker.running_count > 0
          ? `The worker still holds ${worker.running_count} leases.`
          : 'The worker is ONLINE: drain or stop it first.',
      );
    }
    this.events.publish({ kind: 'worker', id, status: 'OFFLINE', state: 'draining' });
  }

  /** Labels those OFFLINE that were silent for too long; answers them. */
  async markSilent(): Promise<{ id: string; name: string }[]> {
    const silent = await this.database.sweep.query<{ id: string; state: WorkerState; name: string }>(
      queries.markSilentWorkers,
      [this.config.offlineAfterSeconds],
    );
    for (const { id, state } of silent) this.events.publish({ kind: 'worker', id, status: 'OFFLINE', state });
    return silent;
  }

  /** Forgets workers that nobody has heard of for so many days. */
  async forgetSilent(days: number): Promise<void> {
    await this.database.sweep.query(queries.forgetSilentWorkers, [days]);
  }

  /** These workers, in this order, but for those that were forgotten just now. */
  private async inFull(ids: readonly string[]): Promise<Worker[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.read.query<WorkerRow>(queries.findWorkers, [ids]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    const inOrder = ids.flatMap((id) => byId.get(id) ?? []);
    return this.withRunningJobs(inOrder, RUNNING_JOBS_IN_LISTS);
  }

  private async withRunningJobs(rows: readonly WorkerRow[], most: number): Promise<Worker[]> {
    if (rows.length === 0) return [];
    const ids = rows.map((row) => row.id);
    const [running, deeds] = await Promise.all([
      this.database.read.query<RunningRow>(queries.findRunningJobs, [ids, most]),
      this.database.read.query<Deeds & { worker_id: string }>(queries.countWorkersDeeds, [ids]),
    ]);
    const deedsOf = new Map(deeds.map(({ worker_id, ...counts }) => [worker_id, counts]));
    return rows.map((row) => {
      const own = running.filter((job) => job.worker_id === row.id);
      const worker: Omit<Worker, 'last_heartbeat' | 'registered_at'> = {
        ...row,
        ...deedsOf.get(row.id)!,
        running_count: own[0]?.running_count ?? 0,
        running_jobs: own.map(({ job_id, type, attempt, started_at, progress }) => {
          return { job_id, type, attempt, started_at, progress };
        }),
      };
      return worker as Worker;
    });
  }
}

export function notFound(id: string): DomainError {
  return new DomainError('worker_not_found', `There is no worker ${id}.`);
}
