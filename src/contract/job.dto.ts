import { Field } from './field.js';
import {
  ATTEMPT_STATUSES,
  BACKOFF_KINDS,
  DEAD_REASONS,
  DEFAULT_MAX_LOST,
  JOB_ACTIONS,
  JOB_STATUSES,
  type AttemptStatus,
  type BackoffPolicy,
  type DeadReason,
  type JobAction,
  type JobStatus,
} from './job-state.js';
import { NAME, NAME_HINT } from './name.js';

/** A year: long enough for any real wait, short enough to catch milliseconds given as seconds. */
const MAX_WAIT_SECONDS = 366 * 24 * 3600;

/** The waits between the attempts of a job. */
export class Backoff implements BackoffPolicy {
  @Field.enum('BackoffKind', BACKOFF_KINDS, {
    description: 'How the wait grows; all but fixed are drawn with full jitter.',
  })
  kind!: BackoffPolicy['kind'];

  @Field.number({ min: 0, max: MAX_WAIT_SECONDS, description: 'The first wait, in seconds.' })
  base_seconds!: number;

  @Field.number({ min: 0, max: MAX_WAIT_SECONDS, description: 'No wait is longer than this, in seconds.' })
  cap_seconds!: number;
}

/** `POST /jobs`: one unit of work. */
export class CreateJob {
  @Field.string({ minLength: 1, maxLength: 128, pattern: NAME, hint: NAME_HINT, example: 'email' })
  type!: string;

  @Field.json({
    optional: true,
    description: 'Any JSON value, at most 256 kB; null when left out.',
    example: { to: 'user@example.com' },
  })
  payload?: unknown;

  @Field.integer({
    optional: true,
    min: 0,
    max: 1000,
    default: 3,
    description: 'Failures that are tried again before the job is DEAD.',
  })
  max_retries?: number;

  @Field.integer({
    optional: true,
    min: 0,
    max: 1000,
    default: DEFAULT_MAX_LOST,
    description: 'Worker crashes that the job survives.',
  })
  max_lost?: number;

  @Field.integer({
    optional: true,
    min: 1,
    max: 7 * 24 * 3600,
    default: 30,
    description: 'Time limit of one attempt, in seconds.',
  })
  timeout_seconds?: number;

  @Field.string({
    optional: true,
    minLength: 1,
    maxLength: 128,
    pattern: NAME,
    hint: NAME_HINT,
    description: "The job's type when left out.",
  })
  queue?: string;

  @Field.integer({
    optional: true,
    min: -100,
    max: 100,
    default: 0,
    description: 'Higher runs first within its queue.',
  })
  priority?: number;

  @Field.instant({ optional: true, description: 'Not before this instant. Excludes delay_seconds.' })
  run_at?: string;

  @Field.number({
    optional: true,
    min: 0,
    max: MAX_WAIT_SECONDS,
    description: 'Not before so many seconds from now. Excludes run_at.',
  })
  delay_seconds?: number;

  @Field.string({
    optional: true,
    minLength: 1,
    maxLength: 255,
    description: 'The same key and body answer the first job (also as header Idempotency-Key).',
  })
  idempotency_key?: string;

  @Field.object(() => Backoff, { optional: true })
  backoff?: Backoff;

  @Field.strings({ optional: true, maxItems: 16, maxLength: 64 })
  tags?: string[];

  @Field.json({ optional: true, description: 'A JSON object of the caller, at most 16 kB.' })
  metadata?: unknown;
}

/** `POST /jobs/bulk`: all of them or none. */
export class CreateJobs {
  @Field.objects(() => CreateJob, { minItems: 1, maxItems: 10_000 })
  jobs!: CreateJob[];
}

/** The answer to a bulk call: ids in the order of the request. */
export class CreatedJobs {
  @Field.uuids({ maxItems: 10_000 })
  ids!: string[];

  @Field.integer({ description: 'How many of them are new; the others were known by their idempotency key.' })
  created!: number;
}

/** The id in a path. */
export class JobPath {
  @Field.uuid() id!: string;
}

/** `GET /jobs/{id}/attempts`. */
export class ListAttemptsQuery {
  @Field.integer({ optional: true, min: 1, max: 1000, default: 100 }) limit?: number;
  @Field.integer({ optional: true, min: 0, max: 2_147_483_647, description: 'next_cursor of the page before.' })
  cursor?: number;
}

/** A job as lists show it: no payload, no result. */
export class JobSummary {
  @Field.uuid() id!: string;
  @Field.string() type!: string;
  @Field.string() queue!: string;
  @Field.enum('JobStatus', JOB_STATUSES) status!: JobStatus;
  @Field.integer() priority!: number;
  @Field.integer({ description: 'Leases granted so far.' }) attempt!: number;
  @Field.integer({ description: 'Failures charged to max_retries.' }) retry_count!: number;
  @Field.integer() max_retries!: number;
  @Field.integer({ description: 'Worker crashes charged to max_lost.' }) lost_count!: number;
  @Field.integer() max_lost!: number;
  @Field.integer() timeout_seconds!: number;
  @Field.instant({ nullable: true, description: 'When a waiting job becomes ready.' }) run_at!: string | null;
  @Field.uuid({ nullable: true }) worker_id!: string | null;
  @Field.string({ nullable: true }) error!: string | null;
  @Field.enum('DeadReason', DEAD_REASONS, { nullable: true }) dead_reason!: DeadReason | null;
  @Field.strings({ maxItems: 16, maxLength: 64 }) tags!: string[];
  @Field.instant({ nullable: true }) cancel_requested_at!: string | null;
  @Field.number({ nullable: true, description: 'What the running attempt reported, 0 to 100.' }) progress!:
    number | null;
  @Field.string({ nullable: true }) progress_message!: string | null;
  @Field.instant() created_at!: string;
  @Field.instant({ nullable: true }) started_at!: string | null;
  @Field.instant({ nullable: true }) finished_at!: string | null;
  @Field.instant() updated_at!: string;
  @Field.string({
    optional: true,
    nullable: true,
    description:
      'In lists that include it: the first 200 characters of the payload, as JSON; null for one of many kilobytes.',
  })
  payload_preview?: string | null;
}

/** One try of a job. */
export class Attempt {
  @Field.uuid() id!: string;
  @Field.uuid() job_id!: string;
  @Field.integer() attempt_number!: number;
  @Field.enum('AttemptStatus', ATTEMPT_STATUSES) status!: AttemptStatus;
  @Field.string({ nullable: true }) error!: string | null;
  @Field.string({ nullable: true }) error_type!: string | null;
  @Field.string({ nullable: true }) error_stack!: string | null;
  @Field.uuid({ nullable: true }) worker_id!: string | null;
  @Field.number({ nullable: true }) progress!: number | null;
  @Field.string({ nullable: true }) progress_message!: string | null;
  @Field.instant() started_at!: string;
  @Field.instant({ nullable: true }) finished_at!: string | null;
}

/** A job in full. */
export class Job extends JobSummary {
  @Field.json({ description: 'As submitted; numbers keep their value beyond 2^53 too.' }) payload!: unknown;
  @Field.json({ nullable: true, description: 'What the successful attempt returned.' }) result!: unknown;
  @Field.object(() => Backoff, { nullable: true, description: 'null: the default policy.' }) backoff!: Backoff | null;
  @Field.json({ description: 'A JSON object of the caller.' }) metadata!: unknown;
  @Field.string({ nullable: true }) idempotency_key!: string | null;
  @Field.string({ nullable: true, description: 'The group of its last error, see GET /errors.' }) error_fingerprint!:
    string | null;
  @Field.enums('JobAction', JOB_ACTIONS, { description: 'What may be done with the job now.' })
  allowed_actions!: JobAction[];
  @Field.object(() => Attempt, { nullable: true, description: 'The latest attempt.' }) current_attempt!: Attempt | null;
}

export class AttemptList {
  @Field.objects(() => Attempt, { maxItems: 1000 }) attempts!: Attempt[];
  @Field.string({ nullable: true }) next_cursor!: string | null;
}

export const JOB_SORTS = ['-created_at', 'created_at'] as const;
export const JOB_EXTRAS = ['payload_preview'] as const;

/** Filters shared by the list, its counts and bulk actions. */
export class JobFilter {
  @Field.enums('JobStatus', JOB_STATUSES, { optional: true }) status?: JobStatus[];
  @Field.string({ optional: true, maxLength: 128 }) type?: string;
  @Field.string({ optional: true, maxLength: 128 }) queue?: string;
  @Field.uuid({ optional: true, description: 'Jobs that this worker runs now or ran last.' }) worker_id?: string;
  @Field.string({ optional: true, maxLength: 64 }) tag?: string;
  @Field.instant({ optional: true }) created_after?: string;
  @Field.instant({ optional: true }) created_before?: string;
  @Field.string({ optional: true, maxLength: 64, description: 'Fingerprint of an error group, see GET /errors.' })
  error?: string;
  @Field.string({
    optional: true,
    maxLength: 200,
    description: "A job's id, its beginning, its short form 01a22201…ffda, or a part of its type or error.",
  })
  q?: string;
  @Field.integer({ optional: true, min: 0, max: 1_000_000, description: 'Jobs with more attempts than this.' })
  attempts_above?: number;
  @Field.number({
    optional: true,
    min: 0,
    max: 100_000_000,
    description: 'Jobs whose latest attempt took longer, or runs longer so far, than so many seconds.',
  })
  seconds_above?: number;
}

/** `GET /jobs`. A payload filter is written `payload.<path>=value`. */
export class ListJobsQuery extends JobFilter {
  static readonly allowKeyPrefix = 'payload.';

  @Field.uuids({
    optional: true,
    maxItems: 200,
    description:
      'Just these jobs, whatever their state; those that are gone are left out. Excludes filters and paging.',
  })
  id?: string[];
  @Field.integer({ optional: true, min: 1, max: 200, default: 50 }) limit?: number;
  @Field.integer({ optional: true, min: 0, max: 10_000, description: 'Rows to skip; use cursor to go deeper.' })
  offset?: number;
  @Field.string({ optional: true, maxLength: 200, description: 'next_cursor of the page before.' }) cursor?: string;
  @Field.enum('JobSort', JOB_SORTS, { optional: true, default: '-created_at' }) sort?: (typeof JOB_SORTS)[number];
  @Field.enums('JobExtra', JOB_EXTRAS, { optional: true, description: 'What else each job is to show.' })
  include?: (typeof JOB_EXTRAS)[number][];
  @Field.boolean({
    optional: true,
    default: false,
    description: 'Count what matches, up to 10,000 jobs and for at most 300 ms, also where no counter knows it.',
  })
  count?: boolean;

  /** Collected from the keys `payload.<path>`. */
  payload?: Record<string, string>;
}

export class JobList {
  @Field.objects(() => JobSummary, { maxItems: 200 }) jobs!: JobSummary[];
  @Field.string({ nullable: true, description: 'Cursor of the next page; null on the last.' }) next_cursor!:
    string | null;
  @Field.string({ nullable: true, description: 'Cursor of the page before; null on the first.' }) previous_cursor!:
    string | null;
  @Field.integer({ optional: true, description: 'Exact number of matches, where it is cheap or was asked for.' })
  total?: number;
  @Field.integer({ optional: true, description: 'Counting stopped at its limit: so many match, or more.' })
  total_at_least?: number;
  @Field.integer({ optional: true, description: 'Estimated number of matches; absent when it was to be counted.' })
  total_estimate?: number;
  @Field.boolean({ description: 'True when the filter has no index and the search stopped at its time limit.' })
  is_partial!: boolean;
  @Field.integer({ description: 'Jobs that were looked at for this page.' }) searched!: number;
  @Field.instant({
    nullable: true,
    description: 'When is_partial: jobs created up to here were searched; next_cursor goes on from there.',
  })
  searched_to!: string | null;
  @Field.instant({ description: 'When this was read.' }) as_of!: string;
}

/** `POST /jobs/{id}/rerun`: a new job like this one, with the given fields replaced. */
export class RerunJob {
  @Field.json({ optional: true }) payload?: unknown;
  @Field.string({ optional: true, minLength: 1, maxLength: 128, pattern: NAME, hint: NAME_HINT }) queue?: string;
  @Field.integer({ optional: true, min: -100, max: 100 }) priority?: number;
  @Field.integer({ optional: true, min: 0, max: 1000 }) max_retries?: number;
  @Field.integer({ optional: true, min: 1, max: 7 * 24 * 3600 }) timeout_seconds?: number;
}

/** One condition that a job must pass before it runs. */
export class Gate {
  @Field.string({ description: 'run_at, status, queue_paused, concurrency_limit, live_worker or position.' })
  gate!: string;
  @Field.boolean() is_open!: boolean;
  @Field.string() message!: string;
}

/** `GET /jobs/{id}/explain`. */
export class JobExplanation {
  @Field.enum('JobStatus', JOB_STATUSES) status!: JobStatus;
  @Field.string() summary!: string;
  @Field.objects(() => Gate, { maxItems: 10 }) gates!: Gate[];
}

/** One entry of a job's audit trail. */
export class JobEvent {
  @Field.string() id!: string;
  @Field.string({ description: 'created, cancel, retry, delete, …' }) action!: string;
  @Field.string({ nullable: true, description: 'Who: the API key’s name, or dashboard.' }) actor!: string | null;
  @Field.string({ nullable: true }) detail!: string | null;
  @Field.instant() at!: string;
}

export class JobEventList {
  @Field.objects(() => JobEvent, { maxItems: 1000 }) events!: JobEvent[];
}
