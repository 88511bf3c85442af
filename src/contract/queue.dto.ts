import { Field } from './field.js';
import { NAME, NAME_HINT } from './name.js';

/** A named line of ready jobs. */
export class Queue {
  @Field.string() name!: string;
  @Field.boolean() is_paused!: boolean;
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
  @Field.number({ nullable: true, description: 'How long its oldest ready job has waited.' }) oldest_pending_seconds!:
    number | null;
  @Field.integer({ description: 'Live workers that serve it.' }) workers!: number;
}

export class ListQueuesQuery {
  @Field.string({ optional: true, maxLength: 128, description: 'Part of the name.' }) q?: string;
  @Field.integer({ optional: true, min: 1, max: 200, default: 100 }) limit?: number;
  @Field.string({ optional: true, maxLength: 200 }) cursor?: string;
}

export class QueueList {
  @Field.objects(() => Queue, { maxItems: 200 }) queues!: Queue[];
  @Field.string({ nullable: true }) next_cursor!: string | null;
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
