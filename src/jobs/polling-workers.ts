import { Injectable } from '@nestjs/common';
import type { WorkerState } from '../contract/worker.dto.js';
import { Batcher } from '../platform/batcher.js';
import { clock } from '../platform/clock.js';
import { Database } from '../platform/database/database.js';
import { statement } from '../platform/database/statement.js';
import { DomainError } from '../platform/errors/domain-error.js';

/** What a poll needs to know of its worker. */
export interface PollingWorker {
  id: string;
  serves: readonly string[] | '*';
  state: WorkerState;
}

const findWorkers = statement(
  'find_polling_workers',
  `SELECT w.id, w.queues, w.state FROM unnest($1::uuid[]) AS i (id) JOIN workers w ON w.id = i.id`,
);

const FRESH_MS = 1000;
const MAX_CACHED = 10_000;

/** The workers that ask for jobs, as the database knew them at most a second ago; the claim itself looks again. */
@Injectable()
export class PollingWorkers {
  private readonly cache = new Map<string, { worker: PollingWorker; readAt: number }>();
  private readonly batcher: Batcher<string, PollingWorker | null>;

  constructor(private readonly database: Database) {
    this.batcher = new Batcher({ run: (ids) => this.read(ids), maxItems: 1000 });
  }

  /** @throws DomainError `worker_not_found`: it must register (again) */
  async get(id: string): Promise<PollingWorker> {
    const cached = this.cache.get(id);
    if (cached && clock.monotonicMs() - cached.readAt < FRESH_MS) return cached.worker;
    const worker = await this.batcher.add(id);
    if (!worker) throw new DomainError('worker_not_found', `There is no worker ${id}: register first.`);
    if (this.cache.size >= MAX_CACHED) this.cache.clear();
    this.cache.set(id, { worker, readAt: clock.monotonicMs() });
    return worker;
  }

  forget(id: string): void {
    this.cache.delete(id);
  }

  private async read(ids: readonly string[]): Promise<(PollingWorker | null)[]> {
    const rows = await this.database.lease.query<{ id: string; queues: string[]; state: WorkerState }>(findWorkers, [
      [...new Set(ids)],
    ]);
    const byId = new Map(rows.map(({ id, queues, state }) => [id, { id, state, serves: servesOf(queues) }]));
    return ids.map((id) => byId.get(id) ?? null);
  }
}

function servesOf(queues: readonly string[]): readonly string[] | '*' {
  return queues.includes('*') ? '*' : [...queues].sort();
}
