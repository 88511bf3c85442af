import { DomainError } from './errors/domain-error.js';
import { classifyDatabaseError } from './database/database-error.js';

export interface BatcherOptions<Item, Result> {
  /** One statement for all the items. Answers one result per item, in order. */
  run: (items: Item[]) => Promise<Result[]>;
  /** Items a batch may have at most. */
  maxItems: number;
  /** How many batches may be under way at a time. Default 1. */
  lanes?: number;
  /** How long the first of a batch waits for others, in ms, for calls whose answers nobody is in a hurry for. Default 0: not at all. */
  gatherMs?: number;
  /** What waits beyond this is refused, so that an outage cannot fill the memory. Default 50,000. */
  maxWaiting?: number;
  /** The result of an item whose data the database refuses. Without it the call fails with the database's error. */
  refuse?: (item: Item, error: unknown) => Result;
}

/** One call of `addAll`, until the last of its items has a result. */
interface Call<Result> {
  results: Result[];
  open: number;
  failure: { error: unknown } | null;
  resolve: (results: Result[]) => void;
  reject: (error: unknown) => void;
}

interface Entry<Item, Result> {
  item: Item;
  index: number;
  call: Call<Result>;
}

const MAX_RETRIES = 3;

/**
 * Group commit: what is asked for while a statement is under way joins the next one. Without `gatherMs` there is no timer, so that a lone
 * call waits for nobody, and the busier it gets, the more calls share one round trip and one commit.
 *
 * A batch that fails because of its data, or because somebody holds one of its rows, is halved until the guilty item is alone; the
 * others go through. After a deadlock it is repeated. When the database went away, nobody knows what became of it: all of its callers hear so.
 */
export class Batcher<Item, Result> {
  private readonly options: BatcherOptions<Item, Result> & { lanes: number; gatherMs: number; maxWaiting: number };
  private waiting: Entry<Item, Result>[] = [];
  private underWay = 0;
  private isScheduled = false;

  constructor(options: BatcherOptions<Item, Result>) {
    this.options = { lanes: 1, gatherMs: 0, maxWaiting: 50_000, ...options };
  }

  /** @throws what `run` throws for this item; DomainError `too_many_requests` when too much waits already */
  async add(item: Item): Promise<Result> {
    const [result] = await this.addAll([item]);
    return result!;
  }

  /** One result per item, in order, once all have one. @throws as `add`, when one of the items does */
  addAll(items: readonly Item[]): Promise<Result[]> {
    if (items.length === 0) return Promise.resolve([]);
    if (this.waiting.length + items.length > this.options.maxWaiting) {
      return Promise.reject(new DomainError('too_many_requests', 'Too many requests wait for the database.'));
    }
    return new Promise((resolve, reject) => {
      const call: Call<Result> = {
        results: new Array<Result>(items.length),
        open: items.length,
        failure: null,
        resolve,
        reject,
      };
      items.forEach((item, index) => this.waiting.push({ item, index, call }));
      this.schedule();
    });
  }

  /** Calls made in one turn of the event loop share their first batch. */
  private schedule(): void {
    if (this.isScheduled || this.underWay >= this.options.lanes) return;
    this.isScheduled = true;
    const start = () => {
      this.isScheduled = false;
      this.start();
    };
    if (this.options.gatherMs > 0) setTimeout(start, this.options.gatherMs);
    else setImmediate(start);
  }

  private start(): void {
    while (this.underWay < this.options.lanes && this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.options.maxItems);
      this.underWay++;
      void this.settle(batch).finally(() => {
        this.underWay--;
        this.start();
      });
    }
  }

  private async settle(batch: readonly Entry<Item, Result>[], retries = 0): Promise<void> {
    try {
      const results = await this.options.run(batch.map(({ item }) => item));
      batch.forEach((entry, index) => finish(entry, results[index]!));
    } catch (error) {
      const kind = classifyDatabaseError(error);
      if (kind === 'retry' && retries < MAX_RETRIES) return this.settle(batch, retries + 1);
      if (kind !== 'data' && kind !== 'blocked') return batch.forEach((entry) => fail(entry, error));
      if (batch.length === 1) return kind === 'data' ? this.refuse(batch[0]!, error) : fail(batch[0]!, error);
      const middle = batch.length >> 1;
      await this.settle(batch.slice(0, middle));
      await this.settle(batch.slice(middle));
    }
  }

  private refuse(entry: Entry<Item, Result>, error: unknown): void {
    const { refuse } = this.options;
    if (refuse) finish(entry, refuse(entry.item, error));
    else fail(entry, error);
  }
}

function finish<Item, Result>({ call, index }: Entry<Item, Result>, result: Result): void {
  call.results[index] = result;
  close(call);
}

function fail<Item, Result>({ call }: Entry<Item, Result>, error: unknown): void {
  call.failure ??= { error };
  close(call);
}

function close<Result>(call: Call<Result>): void {
  if (--call.open > 0) return;
  if (call.failure) call.reject(call.failure.error);
  else call.resolve(call.results);
}
