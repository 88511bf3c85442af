import { Field } from './field.js';
import { REPORT_STATUSES, type ReportStatus } from './job-state.js';

/** `POST /jobs/next`: a worker asks for work, and waits for it if it likes. */
export class NextJobs {
  @Field.uuid() worker_id!: string;
  @Field.integer({ optional: true, min: 1, max: 1000, default: 1 }) limit?: number;
  @Field.number({ optional: true, min: 0, max: 30, default: 0, description: 'Long poll: how long to wait for a job.' })
  wait_seconds?: number;
  @Field.uuid({ optional: true, description: 'The same poll_id again answers the same leases.' }) poll_id?: string;
}

/** A job handed to a worker, with its lease. */
export class LeasedJob {
  @Field.uuid() id!: string;
  @Field.string() type!: string;
  @Field.string() queue!: string;
  @Field.json() payload!: unknown;
  @Field.integer() attempt!: number;
  @Field.uuid({ description: 'Part of the fence: every write about this attempt carries it.' }) lease_token!: string;
  @Field.integer() timeout_seconds!: number;
  @Field.integer({ description: 'The lease ends so many seconds after the claim unless heartbeats renew it.' })
  lease_seconds!: number;
  @Field.integer() retry_count!: number;
  @Field.integer() max_retries!: number;
  @Field.integer() priority!: number;
  @Field.json() metadata!: unknown;
  @Field.instant() created_at!: string;
}

export class LeasedJobs {
  @Field.objects(() => LeasedJob, { maxItems: 1000 }) jobs!: LeasedJob[];
}

/** What went wrong, with its class and stack. Message and stack are cut at 8 kB each, and say so. */
export class ErrorDetail {
  @Field.string() message!: string;
  @Field.string({ optional: true, maxLength: 200 }) type?: string;
  @Field.string({ optional: true }) stack?: string;
}

/** How one attempt ended. */
export class Report {
  @Field.uuid() job_id!: string;
  @Field.integer({ optional: true, min: 1, max: 2_147_483_647 }) attempt?: number;
  @Field.uuid({ optional: true }) lease_token?: string;
  @Field.enum('ReportStatus', REPORT_STATUSES) status!: ReportStatus;
  @Field.json({ optional: true, description: 'What the handler returned, at most 256 kB.' }) result?: unknown;
  @Field.stringOrObject(() => ErrorDetail, { optional: true }) error?: string | ErrorDetail;
  @Field.boolean({ optional: true, default: true, description: 'false: a retry cannot help, the job ends FAILED.' })
  retryable?: boolean;
  @Field.number({ optional: true, min: 0, max: 366 * 24 * 3600, description: 'Overrides the backoff.' })
  retry_after_seconds?: number;
}

/** A report that also asks for the next jobs. */
export class ReportNext {
  @Field.integer({ min: 1, max: 1000 }) limit!: number;
  @Field.uuid({ optional: true }) poll_id?: string;
}

/** `POST /jobs/report` with many reports. */
export class ReportBatch {
  @Field.uuid() worker_id!: string;
  @Field.objects(() => Report, { maxItems: 1000 }) reports!: Report[];
  @Field.object(() => ReportNext, { optional: true }) next?: ReportNext;
}

/** `POST /jobs/report` with one report, as in the seed. */
export class SingleReport extends Report {
  @Field.uuid() worker_id!: string;
}

export const REPORT_VERDICTS = ['accepted', 'duplicate', 'lost', 'not_found', 'invalid'] as const;
export type ReportVerdict = (typeof REPORT_VERDICTS)[number];

export class ReportResult {
  @Field.uuid() job_id!: string;
  @Field.integer({ nullable: true }) attempt!: number | null;
  @Field.enum('ReportVerdict', REPORT_VERDICTS) verdict!: ReportVerdict;
  @Field.string({ optional: true, description: 'Why a report was not accepted.' }) message?: string;
}

export class ReportAnswer {
  @Field.objects(() => ReportResult, { maxItems: 1000 }) results!: ReportResult[];
  @Field.objects(() => LeasedJob, { optional: true, maxItems: 1000 }) jobs?: LeasedJob[];
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export class LogLine {
  @Field.enum('LogLevel', LOG_LEVELS, { optional: true, default: 'info' }) level?: LogLevel;
  @Field.string({ maxLength: 8192 }) message!: string;
  @Field.instant({ optional: true, description: "The worker's own clock; the server's when left out." }) at?: string;
}

/** `POST /jobs/{id}/logs`: lines of a running attempt. */
export class AppendLogs {
  @Field.uuid() worker_id!: string;
  @Field.integer({ min: 1, max: 2_147_483_647 }) attempt!: number;
  @Field.uuid() lease_token!: string;
  @Field.objects(() => LogLine, { minItems: 1, maxItems: 500 }) lines!: LogLine[];
}

export class LogsAppended {
  @Field.integer() accepted!: number;
  @Field.boolean({ description: 'True once the attempt has its 1,000 lines; further ones are dropped.' })
  is_full!: boolean;
}

export class StoredLogLine {
  @Field.integer() attempt!: number;
  @Field.integer() line!: number;
  @Field.enum('LogLevel', LOG_LEVELS) level!: LogLevel;
  @Field.string() message!: string;
  @Field.instant() at!: string;
}

export class ListLogsQuery {
  @Field.integer({ optional: true, min: 1, max: 2_147_483_647 }) attempt?: number;
  @Field.integer({ optional: true, min: 1, max: 1000, default: 1000 }) limit?: number;
  @Field.string({ optional: true, maxLength: 200 }) cursor?: string;
}

export class LogList {
  @Field.objects(() => StoredLogLine, { maxItems: 1000 }) lines!: StoredLogLine[];
  @Field.string({ nullable: true }) next_cursor!: string | null;
}
