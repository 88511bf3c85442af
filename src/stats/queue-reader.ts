import type { ListQueuesQuery, Queue, QueueList } from '../contract/queue.dto.js';
import type { Database } from '../platform/database/database.js';
import { DomainError } from '../platform/errors/domain-error.js';
import { groupBy } from '../platform/group-by.js';
import type { FoldDeltas } from './fold-deltas.js';
import { pageOfQueues, type QueueBoard } from './queue-board.js';
import { withHistory, type CountedQueue, type QueueFigures } from './queue-figures.js';
import { endedPerMinute, queueFigures } from './queue-queries.js';

const MINUTES = 60;

interface EndedMinute {
  name: string;
  minutes_ago: number;
  ended: number;
}

/** Reads queues: counts exact as of the answer's moment, history about a second old. */
export class QueueReader {
  constructor(
    private readonly database: Database,
    private readonly deltas: FoldDeltas,
    private readonly board: QueueBoard,
  ) {}

  /** One page. @throws DomainError `invalid_request` for a cursor that no list gave out, or gave out for another order */
  async list(query: ListQueuesQuery): Promise<QueueList> {
    const { queues, totals, asOf } = await this.board.read();
    const { rows, ...page } = pageOfQueues(queues, query);
    return { queues: await this.withMinutes(rows), ...page, totals, as_of: asOf.toISOString() };
  }

  /** @throws DomainError when no job ever named it and nothing is set for it */
  async get(name: string): Promise<Queue> {
    const [queue, isKnown] = await this.read(name);
    if (!isKnown) throw new DomainError('queue_not_found', `There is no queue ${name}.`);
    return queue;
  }

  /** The queue of this name as it is now, and whether anybody knows it. */
  async read(name: string): Promise<[Queue, boolean]> {
    const [row] = await this.database.read.query<CountedQueue & { is_known: boolean }>(queueFigures, [
      this.deltas.horizon,
      [name],
    ]);
    const { is_known, ...counted } = row!;
    const [queue] = await this.withMinutes(await withHistory(this.database, [counted]));
    return [queue!, is_known];
  }

  private async withMinutes(queues: readonly QueueFigures[]): Promise<Queue[]> {
    if (queues.length === 0) return [];
    const minutes = groupBy(
      await this.database.read.query<EndedMinute>(endedPerMinute, [queues.map(({ name }) => name)]),
      ({ name }) => name,
    );
    return queues.map((queue) => {
      const ended_per_minute = Array<number>(MINUTES).fill(0);
      for (const { minutes_ago, ended } of minutes.get(queue.name) ?? [])
        ended_per_minute[MINUTES - 1 - minutes_ago] = ended;
      return { ...queue, ended_per_minute };
    });
  }
}
