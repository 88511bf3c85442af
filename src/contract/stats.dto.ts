import { Field } from './field.js';

/** How many jobs are in each state. */
export class StatusCounts {
  @Field.integer() SCHEDULED!: number;
  @Field.integer() PENDING!: number;
  @Field.integer() RUNNING!: number;
  @Field.integer() RETRYING!: number;
  @Field.integer() SUCCESS!: number;
  @Field.integer() FAILED!: number;
  @Field.integer() DEAD!: number;
  @Field.integer() CANCELLED!: number;
}

export class WorkerCounts {
  @Field.integer() online!: number;
  @Field.integer() offline!: number;
  @Field.integer() slots!: number;
  @Field.integer() slots_used!: number;
}

export class StatsQuery {
  @Field.string({ optional: true, maxLength: 128 }) queue?: string;
  @Field.string({ optional: true, maxLength: 128 }) type?: string;
}

/** `GET /stats`: exact counts, as of the answer. */
export class Stats {
  @Field.object(() => StatusCounts) jobs!: StatusCounts;
  @Field.object(() => WorkerCounts) workers!: WorkerCounts;
  @Field.number({ nullable: true, description: 'How long the oldest ready job has waited.' }) oldest_pending_seconds!:
    number | null;
  @Field.integer() dead_last_24h!: number;
  @Field.integer() queues_paused!: number;
  @Field.integer({ description: 'Queues with ready jobs, not paused, that no live worker serves.' })
  queues_without_workers!: number;
  @Field.strings({ maxItems: 200, maxLength: 128, description: 'Job types seen so far.' }) types!: string[];
  @Field.strings({ maxItems: 200, maxLength: 128 }) queue_names!: string[];
  @Field.instant() as_of!: string;
}

export const NAME_KINDS = ['queue', 'type'] as const;
export type NameKind = (typeof NAME_KINDS)[number];

export class NamesQuery {
  @Field.enum('NameKind', NAME_KINDS) kind!: NameKind;
  @Field.string({ optional: true, maxLength: 128, description: 'Part of the name.' }) q?: string;
  @Field.integer({ optional: true, min: 1, max: 100, default: 20 }) limit?: number;
}

/** `GET /stats/names`: names to choose from. Those that begin with what is asked for come first, then by name. */
export class NameList {
  @Field.strings({ maxItems: 100, maxLength: 128 }) names!: string[];
  @Field.boolean({ description: 'There are more that fit.' }) has_more!: boolean;
}

export const STATS_WINDOWS = ['15m', '1h', '6h', '24h', '7d'] as const;
export type StatsWindow = (typeof STATS_WINDOWS)[number];

/** By queue or by type; history is not kept for both at once. */
export class TimeseriesQuery extends StatsQuery {
  @Field.enum('StatsWindow', STATS_WINDOWS, { optional: true, default: '1h' }) window?: StatsWindow;
}

export class TimeseriesBucket {
  @Field.instant({ description: 'Start of the bucket.' }) at!: string;
  @Field.integer() created!: number;
  @Field.integer() started!: number;
  @Field.integer() succeeded!: number;
  @Field.integer({ description: 'Attempts that failed, and were or were not tried again.' }) failed_attempts!: number;
  @Field.integer() failed!: number;
  @Field.integer() dead!: number;
  @Field.integer() cancelled!: number;
  @Field.integer({ description: 'Jobs that were ready and waited at the end of the bucket.' }) backlog!: number;
  @Field.number({ nullable: true, description: 'From being ready to being started.' }) wait_p50_ms!: number | null;
  @Field.number({ nullable: true }) wait_p95_ms!: number | null;
  @Field.number({ nullable: true, description: 'How long attempts ran.' }) duration_p50_ms!: number | null;
  @Field.number({ nullable: true }) duration_p95_ms!: number | null;
}

/** The backlog of one queue at the end of each bucket. */
export class QueueBacklog {
  @Field.string({ nullable: true, description: 'null: all queues that are not listed by name.' }) queue!: string | null;
  @Field.integers({ maxItems: 400 }) values!: number[];
}

/** `GET /stats/timeseries`: buckets made while the jobs passed, never by scanning them. Percentiles are within 10 %. */
export class Timeseries {
  @Field.enum('StatsWindow', STATS_WINDOWS) window!: StatsWindow;
  @Field.integer() bucket_seconds!: number;
  @Field.objects(() => TimeseriesBucket, { maxItems: 400 }) buckets!: TimeseriesBucket[];
  @Field.objects(() => QueueBacklog, {
    maxItems: 6,
    description: 'The five longest queues and the rest; empty when asked by queue or by type.',
  })
  backlog_by_queue!: QueueBacklog[];
}

/** `open`; `muted` until it is reopened; `resolved` until it happens again. */
export const ERROR_GROUP_STATES = ['open', 'muted', 'resolved'] as const;
export type ErrorGroupState = (typeof ERROR_GROUP_STATES)[number];

export class ListErrorsQuery {
  @Field.enum('StatsWindow', STATS_WINDOWS, { optional: true, default: '24h' }) window?: StatsWindow;
  @Field.string({ optional: true, maxLength: 128 }) type?: string;
  @Field.enum('ErrorGroupState', ERROR_GROUP_STATES, { optional: true, default: 'open' }) state?: ErrorGroupState;
  @Field.integer({ optional: true, min: 1, max: 200, default: 50 }) limit?: number;
}

/** Failures with the same type of job, class of error and message (numbers and ids set aside). */
export class ErrorGroup {
  @Field.string() fingerprint!: string;
  @Field.string() type!: string;
  @Field.string({ nullable: true }) error_type!: string | null;
  @Field.string() message!: string;
  @Field.enum('ErrorGroupState', ERROR_GROUP_STATES) state!: ErrorGroupState;
  @Field.integer({ description: 'Failed attempts within the window.' }) occurrences!: number;
  @Field.integers({ maxItems: 400, description: 'The same over the time of the window.' }) sparkline!: number[];
  @Field.integer({ description: 'Jobs whose last error it is, counted up to 1,000.' }) jobs!: number;
  @Field.strings({ maxItems: 20, maxLength: 128, description: 'Queues where it happened.' }) queues!: string[];
  @Field.instant() first_seen_at!: string;
  @Field.instant() last_seen_at!: string;
  @Field.uuid({ description: 'A job that failed so last.' }) sample_job_id!: string;
}

/** Most frequent first. */
export class ErrorGroupList {
  @Field.integer({ description: 'Length of one step of the sparklines.' }) bucket_seconds!: number;
  @Field.objects(() => ErrorGroup, { maxItems: 200 }) groups!: ErrorGroup[];
}

export class ErrorGroupPath {
  @Field.string({ minLength: 1, maxLength: 128 }) fingerprint!: string;
}

/** `POST /errors/{fingerprint}/mute|resolve|reopen`. */
export class ErrorGroupWithState {
  @Field.string() fingerprint!: string;
  @Field.enum('ErrorGroupState', ERROR_GROUP_STATES) state!: ErrorGroupState;
}
