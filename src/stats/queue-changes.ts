import type { Queue, QueuesRebuilt } from '../contract/queue.dto.js';
import type { EventBus } from '../events/event-bus.js';
import type { Database } from '../platform/database/database.js';
import type { Statement } from '../platform/database/statement.js';
import { DomainError } from '../platform/errors/domain-error.js';
import type { Logger } from '../platform/logger.js';
import type { QueueSettings } from '../queue/queue-settings.js';
import type { ReadyQueue } from '../queue/ready-queue.js';
import { forgetUnsetQueue, limitQueue, pauseQueue, resumeQueue, unlimitQueue } from './queue-queries.js';
import type { QueueReader } from './queue-reader.js';

/** Each take from the ready queue names the paused ones. */
const MAX_PAUSED = 1000;

/** What people do to queues. Every orchestrator hears of it at once, and knows it after a second in any case. */
export class QueueChanges {
  constructor(
    private readonly database: Database,
    private readonly settings: QueueSettings,
    private readonly readyQueue: ReadyQueue,
    private readonly bus: EventBus,
    private readonly queues: QueueReader,
    private readonly logger: Logger,
  ) {}

  /** Its jobs are not handed out until it is resumed; what runs goes on. A queue may be paused before its first job. */
  async pause(name: string): Promise<Queue> {
    const rows = await this.database.api.query(pauseQueue, [name, MAX_PAUSED]);
    if (rows.length === 0) throw new DomainError('state_conflict', `${MAX_PAUSED} queues are paused already.`);
    return this.tell(name, { is_paused: true });
  }

  /** @throws DomainError when there is no such queue */
  async resume(name: string): Promise<Queue> {
    await this.queues.get(name);
    await this.change(resumeQueue, [name]);
    return this.tell(name, { is_paused: false });
  }

  /**
   * @param limit how many of its jobs may run at a time; 0: any number
   * @throws DomainError when there is no such queue and no limit to remember for it
   */
  async limit(name: string, limit: number): Promise<Queue> {
    if (limit === 0) {
      await this.queues.get(name);
      await this.change(unlimitQueue, [name]);
    } else {
      await this.database.api.query(limitQueue, [name, limit]);
    }
    return this.tell(name, { concurrency_limit: limit });
  }

  /** Fills the ready queue in Redis anew from PostgreSQL. @throws DomainError when there is nothing to fill, or somebody is at it */
  async rebuild(): Promise<QueuesRebuilt> {
    const rebuilt = await this.readyQueue.rebuild();
    if (rebuilt === null) {
      throw new DomainError(
        'queue_unavailable',
        'Redis is not there, or another orchestrator is rebuilding it just now.',
      );
    }
    this.logger.info(rebuilt, 'the ready queue was rebuilt on request');
    return rebuilt;
  }

  private change(statement: Statement, values: readonly unknown[]): Promise<void> {
    return this.database.api.transaction(async (transaction) => {
      await transaction.query(statement, values);
      await transaction.query(forgetUnsetQueue, [values[0]]);
    });
  }

  private async tell(name: string, change: object): Promise<Queue> {
    this.logger.info({ queue: name, ...change }, 'a queue was changed on request');
    this.bus.publish({ kind: 'queue', name });
    await this.settings.refresh();
    const [queue] = await this.queues.read(name);
    return queue;
  }
}
