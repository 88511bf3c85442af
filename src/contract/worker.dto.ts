import { Field } from './field.js';
import { NAME, NAME_HINT } from './name.js';
import { JOB_STATUSES, type JobStatus } from './job-state.js';

export const WORKER_STATUSES = ['ONLINE', 'OFFLINE'] as const;
export type WorkerStatus = (typeof WORKER_STATUSES)[number];

/** `active` takes jobs, `draining` finishes what it has and takes no more. */
export const WORKER_STATES = ['active', 'draining'] as const;
export type WorkerState = (typeof WORKER_STATES)[number];

/** What a worker says of itself; `stopped`, its last word, shows it OFFLINE at once. */
export const REPORTED_STATES = [...WORKER_STATES, 'stopped'] as const;
export type ReportedState = (typeof REPORTED_STATES)[number];

/** `POST /workers/register`. */
export class RegisterWorker {
  @Field.string({ minLength: 1, maxLength: 255 }) hostname!: string;
  @Field.string({ optional: true, minLength: 1, maxLength: 255 }) name?: string;
  @Field.strings({
    optional: true,
    minItems: 1,
    maxItems: 100,
    maxLength: 128,
    default: ['*'],
    pattern: new RegExp(`^\\*$|${NAME.source}`),
    hint: `each ${NAME_HINT}, or "*" for all queues`,
    description: 'The queues that it serves, in turns; "*" means all.',
  })
  queues?: string[];
  @Field.integer({ optional: true, min: 1, max: 1000, default: 1, description: 'How many jobs it runs at a time.' })
  concurrency?: number;
  @Field.string({ optional: true, maxLength: 64 }) version?: string;
  @Field.labels({ optional: true }) labels?: Record<string, string>;
}

/** The server sets the intervals. */
export class RegisteredWorker {
  @Field.uuid() worker_id!: string;
  @Field.number() heartbeat_seconds!: number;
  @Field.number() lease_seconds!: number;
  @Field.number() poll_wait_seconds!: number;
}

/** A lease that the worker holds, with what it has to say of the attempt. */
export class RunningLease {
  @Field.uuid() job_id!: string;
  @Field.integer({ min: 1, max: 2_147_483_647 }) attempt!: number;
  @Field.uuid() lease_token!: string;
  @Field.number({ optional: true, min: 0, max: 100, description: 'Per cent.' }) progress?: number;
  @Field.string({ optional: true, maxLength: 500 }) message?: string;
}

/** `POST /workers/heartbeat`. Without `running` all leases of the worker are renewed; an empty list renews none. */
export class Heartbeat {
  @Field.uuid() worker_id!: string;
  @Field.objects(() => RunningLease, { optional: true, maxItems: 1000 }) running?: RunningLease[];
  @Field.integer({ optional: true, min: 0, max: 1000 }) free_slots?: number;
  @Field.enum('ReportedState', REPORTED_STATES, { optional: true }) state?: ReportedState;
  @Field.number({
    optional: true,
    min: 0,
    max: 100_000,
    description: 'Processor time that its process used since the last heartbeat; 100: one core.',
  })
  cpu_percent?: number;
  @Field.integer({ optional: true, min: 0, description: 'Memory that its process holds.' }) rss_bytes?: number;
}

export const LEASE_VERDICTS = ['ok', 'lost', 'cancel'] as const;
export type LeaseVerdict = (typeof LEASE_VERDICTS)[number];

export class LeaseStatus {
  @Field.uuid() job_id!: string;
  @Field.integer() attempt!: number;
  @Field.enum('LeaseVerdict', LEASE_VERDICTS, { description: 'lost and cancel: stop this attempt now.' })
  verdict!: LeaseVerdict;
}

export class UnlistedLease {
  @Field.uuid() job_id!: string;
  @Field.integer() attempt!: number;
}

export class HeartbeatAnswer {
  @Field.enum('WorkerStatus', WORKER_STATUSES) status!: WorkerStatus;
  @Field.objects(() => LeaseStatus, { maxItems: 1000 }) leases!: LeaseStatus[];
  @Field.objects(() => UnlistedLease, {
    maxItems: 1000,
    description: 'Leases held for this worker that it did not list.',
  })
  unlisted!: UnlistedLease[];
  @Field.strings({ maxItems: 10, maxLength: 32, description: 'drain: take no more jobs. resume: take jobs again.' })
  commands!: string[];
}

/** A job that a worker runs now. */
export class RunningJob {
  @Field.uuid() job_id!: string;
  @Field.string() type!: string;
  @Field.integer() attempt!: number;
  @Field.instant() started_at!: string;
  @Field.number({ nullable: true }) progress!: number | null;
}

export class Worker {
  @Field.uuid() id!: string;
  @Field.string() hostname!: string;
  @Field.enum('WorkerStatus', WORKER_STATUSES) status!: WorkerStatus;
  @Field.instant() last_heartbeat!: string;
  @Field.string({ nullable: true }) name!: string | null;
  @Field.strings({ maxItems: 100, maxLength: 128 }) queues!: string[];
  @Field.integer() concurrency!: number;
  @Field.integer({ description: 'Slots in use.' }) running_count!: number;
  @Field.string({ nullable: true }) version!: string | null;
  @Field.labels() labels!: Record<string, string>;
  @Field.enum('WorkerState', WORKER_STATES) state!: WorkerState;
  @Field.instant() registered_at!: string;
  @Field.number({ nullable: true, description: 'Of its process, 100: one core; null when it does not say.' })
  cpu_percent!: number | null;
  @Field.integer({ nullable: true, description: 'Memory of its process; null when it does not say.' }) rss_bytes!:
    number | null;
  @Field.integer({ description: 'Attempts that it reported as succeeded in the last hour; some seconds behind.' })
  succeeded_last_hour!: number;
  @Field.integer({ description: 'The same for failures and overrun time limits.' }) failed_last_hour!: number;
  @Field.integer({ description: 'Attempts of the last day that ended because it fell silent.' }) lost_last_day!: number;
  @Field.objects(() => RunningJob, { maxItems: 1000, description: 'In lists the longest running 10.' })
  running_jobs!: RunningJob[];
}

/** What a worker did in one minute. */
export class WorkerMinute {
  @Field.instant() at!: string;
  @Field.integer() succeeded!: number;
  @Field.integer() failed!: number;
  @Field.number({ description: 'Used slots times seconds; 60 times its slots when all were busy.' })
  busy_seconds!: number;
}

/** An attempt that ended because its worker fell silent. */
export class LostAttempt {
  @Field.uuid() job_id!: string;
  @Field.integer() attempt!: number;
  @Field.string() type!: string;
  @Field.enum('JobStatus', JOB_STATUSES, { description: 'What became of the job since.' }) status!: JobStatus;
  @Field.instant() at!: string;
}

/** `GET /workers/{id}/history`. */
export class WorkerHistory {
  @Field.objects(() => WorkerMinute, {
    maxItems: 62,
    description: 'The last hour, oldest first; minutes without work are left out.',
  })
  minutes!: WorkerMinute[];
  @Field.objects(() => LostAttempt, { maxItems: 100, description: 'Of the last day, the latest first.' })
  lost!: LostAttempt[];
}

/** The id in a path. */
export class WorkerPath {
  @Field.uuid() id!: string;
}

const WORKERS_SORTED_BY = [
  'name',
  'status',
  'utilisation',
  'running',
  'slots',
  'succeeded',
  'failed',
  'lost',
  'cpu',
  'memory',
  'heartbeat',
  'registered',
  'version',
  'host',
] as const;
type WorkerSortKey = (typeof WORKERS_SORTED_BY)[number];
export type WorkerSort = 'concern' | WorkerSortKey | `-${WorkerSortKey}`;
export const WORKER_SORTS: readonly WorkerSort[] = [
  'concern',
  ...WORKERS_SORTED_BY.flatMap((key) => [key, `-${key}` as const]),
];

export class ListWorkersQuery {
  @Field.enum('WorkerStatus', WORKER_STATUSES, { optional: true }) status?: WorkerStatus;
  @Field.enum('WorkerState', WORKER_STATES, { optional: true }) state?: WorkerState;
  @Field.string({ optional: true, maxLength: 128, description: 'A queue that they serve.' }) queue?: string;
  @Field.string({ optional: true, maxLength: 255, description: 'Part of the name, host, version, id or a queue.' })
  q?: string;
  @Field.uuids({ optional: true, maxItems: 200, description: 'Only these.' }) ids?: string[];
  @Field.integer({
    optional: true,
    min: 1,
    max: 8760,
    description: 'Leaves out those that have been offline for more hours; the answer says how many.',
  })
  offline_hours?: number;
  @Field.enum('WorkerSort', WORKER_SORTS, {
    optional: true,
    default: '-status',
    description:
      'A minus: the highest first. concern: those that fell silent while they held jobs, then those that lost some, then the online ones by name.',
  })
  sort?: WorkerSort;
  @Field.integer({ optional: true, min: 1, max: 200, default: 100 }) limit?: number;
  @Field.string({ optional: true, maxLength: 2000 }) cursor?: string;
}

/** One page. What stands beside the workers is about all that fit the filter. */
export class WorkerList {
  @Field.objects(() => Worker, { maxItems: 200 }) workers!: Worker[];
  @Field.string({ nullable: true }) next_cursor!: string | null;
  @Field.string({ nullable: true }) previous_cursor!: string | null;
  @Field.integer() total!: number;
  @Field.integer() online!: number;
  @Field.integer() offline!: number;
  @Field.integer({ description: 'Slots of the online ones.' }) slots!: number;
  @Field.integer({ description: 'How many of these are in use.' }) slots_used!: number;
  @Field.integer({ description: 'Left out by `offline_hours`; not in the other figures.' }) long_offline!: number;
  @Field.instant() as_of!: string;
}

export const WORKER_GROUPINGS = ['version', 'host', 'queues'] as const;
export type WorkerGrouping = (typeof WORKER_GROUPINGS)[number];

export class GroupWorkersQuery {
  @Field.enum('WorkerGrouping', WORKER_GROUPINGS, {
    optional: true,
    default: 'version',
    description: 'queues: by the set of queues that they serve.',
  })
  by?: WorkerGrouping;
}

/** The workers that have one thing in common; those that have been offline for over a day are left out. */
export class WorkerGroup {
  @Field.string({ nullable: true, description: 'null: they do not say.' }) name!: string | null;
  @Field.integer() online!: number;
  @Field.integer() offline!: number;
  @Field.integer() draining!: number;
  @Field.integer({ description: 'Of the online ones.' }) slots!: number;
  @Field.integer() slots_used!: number;
  @Field.integer() succeeded_last_hour!: number;
  @Field.integer() failed_last_hour!: number;
  @Field.integer() lost_last_day!: number;
}

/** `GET /workers/groups`: the group with most slots first. */
export class WorkerGroupList {
  @Field.objects(() => WorkerGroup, { maxItems: 200 }) groups!: WorkerGroup[];
  @Field.integer({ description: 'Groups in all; the rest is not listed.' }) total!: number;
}
