import { Field } from './field.js';
import { NAME, NAME_HINT } from './name.js';

export const QUEUE_CONCERNS = ['no_workers', 'paused', 'late', 'failing'] as const;
export type QueueConcern = (typeof QUEUE_CONCERNS)[number];

export const QUEUE_STATES = ['concern', 'paused', 'running', 'idle'] as const;
export type QueueState = (typeof QUEUE_STATES)[number];

const SORTED_BY = [
  'name',
  'scheduled',
  'pending',
  'running',
  'retrying',
  'dead',
  'oldest',
  'wait_p95',
  'run_p95',
  'failed',
  'utilisation',
  'workers',
] as const;
export type QueueSort = 'concern' | (typeof SORTED_BY)[number] | `-${(typeof SORTED_BY)[number]}`;
export const QUEUE_SORTS: readonly QueueSort[] = ['concern', ...SORTED_BY.flatMap((key) => [key, `-${key}` as const])];

/** A named line of ready jobs. */
export class Queue {
  @Field.string() name!: string;
  @Field.boolean() is_paused!: boolean;
  @Field.instant({ nullable: true, description: 'Since when.' }) paused_at!: string | null;
  @Field.integer({ nullable: true, description: 'At most so many of its jobs run at a time; null: no limit.' })
  concurrency_limit!: number | null;
  @Field.integer() scheduled!: number;
  @Field.integer() pending!: number;
  @Field.integer() running!: number;
  @Field.integer() retrying!: number;
  @Field.integer() dead!: number;
  @Field.integer({ description: 'Jobs finished with SUCCESS in the last hour.' }) succeeded_last_hour!: number;
  @Field.integer({ description: 'Jobs that ended FAILED or DEAD in the last hour.' }) failed_last_hour!: number;
  @Field.integers({ maxItems: 60, description: 'Jobs that ended in each of the last 60 minutes, the latest last.' })
  ended_per_minute!: number[];
  @Field.number({
    nullable: true,
    description: 'Within the last hour: 95 % of its jobs waited less before they started.',
  })
  wait_p95_ms!: number | null;
  @Field.number({
    nullable: true,
    description: 'Within the last hour: 95 % of its attempts ran shorter.',
  })
  run_p95_ms!: number | null;
  @Field.number({ nullable: true, description: 'How long its oldest ready job has waited.' }) oldest_pending_seconds!:
    number | null;
  @Field.integer({ description: 'Live workers that serve it.' }) workers!: number;
  @Field.integer({ description: 'Slots of those workers, up to its limit; they may serve other queues too.' })
  slots!: number;
  @Field.enum('QueueConcern', QUEUE_CONCERNS, {
    nullable: true,
    description:
      'What somebody should look at, the gravest first: jobs wait and no live worker serves it; jobs wait while it is paused; its oldest job has waited for over five minutes; over a tenth of what ended in the last hour failed.',
  })
  concern!: QueueConcern | null;
}

export class ListQueuesQuery {
  @Field.string({ optional: true, maxLength: 128, description: 'Part of the name.' }) q?: string;
  @Field.enum('QueueState', QUEUE_STATES, {
    optional: true,
    description:
      'concern: only those with a concern; paused, running: only those that are; idle: nothing waits or runs.',
  })
  state?: QueueState;
  @Field.enum('QueueSort', QUEUE_SORTS, {
    optional: true,
    default: 'name',
    description: 'A minus: the highest first. concern: the gravest first, then the longest.',
  })
  sort?: QueueSort;
  @Field.integer({ optional: true, min: 1, max: 200, default: 100 }) limit?: number;
  @Field.string({ optional: true, maxLength: 600 }) cursor?: string;
}

/** Over all queues, whatever was asked for. */
export class QueueTotals {
  @Field.integer() queues!: number;
  @Field.integer() paused!: number;
  @Field.integer({ description: 'With a concern.' }) concerns!: number;
  @Field.integer() scheduled!: number;
  @Field.integer() pending!: number;
  @Field.integer() running!: number;
  @Field.integer() retrying!: number;
  @Field.integer() dead!: number;
}

/** One page. The figures are those of `as_of`: at most ten times as old as it takes to read them. */
export class QueueList {
  @Field.objects(() => Queue, { maxItems: 200 }) queues!: Queue[];
  @Field.string({ nullable: true }) next_cursor!: string | null;
  @Field.string({ nullable: true }) previous_cursor!: string | null;
  @Field.integer({ description: 'How many fit the filter, on all pages.' }) matching!: number;
  @Field.object(() => QueueTotals) totals!: QueueTotals;
  @Field.instant() as_of!: string;
}

/** `PATCH /queues/{name}`. */
export class UpdateQueue {
  @Field.integer({ optional: true, min: 0, max: 100_000, description: '0 takes the limit away.' })
  concurrency_limit?: number;
}

/** `POST /queues/rebuild`: what the ready queue in Redis was filled with. */
export class QueuesRebuilt {
  @Field.integer() queues!: number;
  @Field.integer() jobs!: number;
  @Field.number() seconds!: number;
}

export class QueuePath {
  @Field.string({ minLength: 1, maxLength: 128, pattern: NAME, hint: NAME_HINT }) name!: string;
}
