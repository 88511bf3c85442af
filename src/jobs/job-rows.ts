import type { AttemptStatus, BackoffPolicy, Budgets, DeadReason, JobStatus } from '../contract/job-state.js';
import type { JsonText } from '../platform/json/json-text.js';

/** A job on its way into the table. `options` is the JSON of whatever is not at its default. */
export interface NewJob {
  id: string;
  queue: string;
  type: string;
  /** JSON text. */
  payload: string;
  options: string | null;
  idempotencyKey: string | null;
  /** False: it was asked to wait for a time. */
  isForNow: boolean;
}

/** What the database decided about a new job; many may share one. */
export interface Created {
  status: JobStatus;
  priority: number;
  run_at: Date | null;
  created_at: Date;
}

/** Which job holds the idempotency key that another job asked for. */
export interface KeyHolderRow {
  asked_id: string;
  id: string;
  is_same: boolean;
}

/** Who is to get what a claim opens. `isParked`: the poll waits, and holds only while it is its worker's latest. */
export interface Claimant {
  readonly workerId: string;
  readonly pollId: string | null;
  readonly isParked: boolean;
}

/** One lease to be opened, if the job is still in the queue where it was found. */
export interface Claim<For extends Claimant = Claimant> {
  jobId: string;
  queue: string;
  leaseToken: string;
  claimant: For;
}

/** A lease that was opened. Leases that were opened together may share their facts; the payload is JSON text. */
export interface Claimed<For extends Claimant = Claimant> {
  claim: Claim<For>;
  payload: string;
  facts: ClaimedFacts;
}

/** What a worker gets of a claimed job, beside its id and its payload; metadata is JSON text. */
export interface ClaimedFacts {
  type: string;
  queue: string;
  priority: number;
  attempt: number;
  metadata: string;
  timeout_seconds: number;
  retry_count: number;
  max_retries: number;
  created_at: Date;
  started_at: Date;
}

/** What a worker gets for a claimed job. */
export interface Lease {
  id: string;
  attempt: number;
  leaseToken: string;
  /** The `LeasedJob`. */
  json: JsonText;
}

/** A fence: the right to say how an attempt ended. */
export interface Fence {
  jobId: string;
  attempt: number;
  leaseToken: string;
}

/** Successes that were accepted: the places of their reports in the batch, counted from zero, and what those do not say of their jobs. */
export interface Succeeded {
  places: readonly number[];
  queue: string;
  type: string;
  worker_id: string | null;
  at: Date;
}

/** A job whose status has just changed. */
export interface ChangedRow {
  id: string;
  queue: string;
  type: string;
  status: JobStatus;
  attempt: number;
  priority: number;
  worker_id: string | null;
  at: Date;
}

/** Where a job waits: what of it is to change, null for the rest. */
export interface Place {
  queue: string | null;
  priority: number | null;
}

/** A waiting job at the place that it was to have; `is_changed` is false when it was there already. */
export interface PlacedRow {
  id: string;
  queue: string;
  priority: number;
  status: JobStatus;
  from_queue: string;
  is_changed: boolean;
}

/** A job whose attempt has just ended. */
export interface EndedJobRow extends ChangedRow {
  lease_token: string;
}

/** A running attempt, locked, with the budgets of its job. */
export interface LockedRow extends Budgets {
  job_id: string;
  attempt: number;
  lease_token: string;
  type: string;
  backoff: BackoffPolicy | null;
}

/** A locked attempt that ran over: its lease, its time limit, or the time it had to stop after a cancel. */
export interface OverrunRow extends LockedRow {
  is_heard: boolean;
  overrun: 'lease' | 'deadline' | 'cancel';
}

/** What is known of an attempt whose report was not accepted; nulls when it never was. */
export interface FateRow {
  job_id: string;
  attempt: number;
  lease_token: string;
  status: AttemptStatus | null;
  is_own_lease: boolean | null;
}

/** A job as stored; payload, result and metadata are JSON text. */
export interface JobRow {
  id: string;
  type: string;
  queue: string;
  status: JobStatus;
  priority: number;
  attempt: number;
  retry_count: number;
  max_retries: number;
  lost_count: number;
  max_lost: number;
  timeout_seconds: number;
  run_at: Date | null;
  worker_id: string | null;
  error: string | null;
  error_fingerprint: string | null;
  dead_reason: DeadReason | null;
  tags: string[];
  cancel_requested_at: Date | null;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  updated_at: Date;
  payload: string;
  result: string | null;
  backoff: BackoffPolicy | null;
  metadata: string;
  idempotency_key: string | null;
}

export interface AttemptRow {
  id: string;
  job_id: string;
  attempt_number: number;
  status: AttemptStatus;
  error: string | null;
  error_type: string | null;
  error_stack: string | null;
  worker_id: string;
  progress: number | null;
  progress_message: string | null;
  started_at: Date;
  finished_at: Date | null;
}
