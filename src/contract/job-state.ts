/**
 * THE state machine of a job. Workers' reports and sweeps name how an attempt ended, and `settle` says what the job becomes; what people
 * may do is in the lists beside it. The statements of jobs/job-store.ts spell the same edges in SQL, and the database refuses whatever
 * the table refuses (the guard trigger in the first migration; a test compares the two, edge by edge).
 */

export const JOB_STATUSES = [
  'SCHEDULED',
  'PENDING',
  'RUNNING',
  'RETRYING',
  'SUCCESS',
  'FAILED',
  'DEAD',
  'CANCELLED',
] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

export const ATTEMPT_STATUSES = ['RUNNING', 'SUCCESS', 'FAILED', 'TIMED_OUT', 'LOST', 'RELEASED', 'CANCELLED'] as const;
export type AttemptStatus = (typeof ATTEMPT_STATUSES)[number];

/** How a worker may end its attempt. LOST is missing: only the reap sweep says so. */
export const REPORT_STATUSES = ['SUCCESS', 'FAILED', 'TIMED_OUT', 'RELEASED', 'CANCELLED'] as const;
export type ReportStatus = (typeof REPORT_STATUSES)[number];

export const DEAD_REASONS = ['retries_exhausted', 'poison'] as const;
export type DeadReason = (typeof DEAD_REASONS)[number];

export const BACKOFF_KINDS = ['exponential', 'linear', 'fixed'] as const;

/** The waits between attempts, in seconds. */
export interface BackoffPolicy {
  kind: (typeof BACKOFF_KINDS)[number];
  base_seconds: number;
  cap_seconds: number;
}

export const DEFAULT_BACKOFF: BackoffPolicy = { kind: 'exponential', base_seconds: 1, cap_seconds: 3600 };

/** How many crashes (expired leases) a job survives unless it says otherwise. */
export const DEFAULT_MAX_LOST = 3;

/** How many leases may expire that no heartbeat ever listed; past it the job is DEAD(poison). */
export const MAX_UNDELIVERED = 10;

/** Every legal edge. Creation enters at PENDING or SCHEDULED. RUNNING -> RUNNING (a renewed lease) leaves the job untouched. */
export const TRANSITIONS: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  SCHEDULED: ['PENDING', 'CANCELLED'],
  PENDING: ['RUNNING', 'CANCELLED'],
  RUNNING: ['SUCCESS', 'RETRYING', 'FAILED', 'DEAD', 'PENDING', 'CANCELLED'],
  RETRYING: ['PENDING', 'CANCELLED'],
  SUCCESS: [],
  FAILED: ['PENDING'],
  DEAD: ['PENDING'],
  CANCELLED: ['PENDING'],
};

export function isTerminal(status: JobStatus): boolean {
  return status === 'SUCCESS' || status === 'FAILED' || status === 'DEAD' || status === 'CANCELLED';
}

/** Statuses whose jobs an operator may put back to PENDING. */
export const RETRYABLE_STATUSES: readonly JobStatus[] = ['FAILED', 'DEAD', 'CANCELLED'];

/** Statuses of jobs that wait: a cancel ends them at once (a RUNNING job is asked to stop instead), and their place may change. */
export const WAITING_STATUSES: readonly JobStatus[] = ['SCHEDULED', 'PENDING', 'RETRYING'];

export const JOB_ACTIONS = ['cancel', 'move', 'prioritize', 'retry', 'rerun', 'delete'] as const;
export type JobAction = (typeof JOB_ACTIONS)[number];

/** What a person may do with a job now. */
export function allowedActions(status: JobStatus, cancelRequested: boolean): JobAction[] {
  const actions: JobAction[] = [];
  const isWaiting = WAITING_STATUSES.includes(status);
  if (isWaiting || (status === 'RUNNING' && !cancelRequested)) actions.push('cancel');
  if (isWaiting) actions.push('move', 'prioritize');
  if (RETRYABLE_STATUSES.includes(status)) actions.push('retry');
  actions.push('rerun');
  if (isTerminal(status)) actions.push('delete');
  return actions;
}

/** What a running attempt's end needs to know of its job. */
export interface Budgets {
  retry_count: number;
  max_retries: number;
  lost_count: number;
  max_lost: number;
  undelivered_count: number;
  cancel_requested: boolean;
  backoff: BackoffPolicy | null;
}

/** How an attempt ended. LOST: its lease expired; `heard` tells whether any heartbeat ever listed it. */
export type AttemptOutcome =
  | { status: 'SUCCESS' | 'RELEASED' | 'CANCELLED' }
  | { status: 'FAILED' | 'TIMED_OUT'; retryable: boolean; retryAfterSeconds?: number }
  | { status: 'LOST'; heard: boolean };

/** What the job and its attempt become. `waitSeconds` is null unless the job waits (RETRYING). */
export interface Settlement {
  attemptStatus: Exclude<AttemptStatus, 'RUNNING'>;
  status: JobStatus;
  retry_count: number;
  lost_count: number;
  undelivered_count: number;
  dead_reason: DeadReason | null;
  waitSeconds: number | null;
}

/**
 * Settles a running attempt: edges 5 to 10, 13 and 14.
 * @param random uniform in [0, 1): the jitter of the backoff
 * @returns null when the outcome is not legal (CANCELLED although nobody asked for it)
 */
export function settle(job: Budgets, outcome: AttemptOutcome, random: () => number): Settlement | null {
  const unchanged = {
    retry_count: job.retry_count,
    lost_count: job.lost_count,
    undelivered_count: job.undelivered_count,
    dead_reason: null,
    waitSeconds: null,
  };
  switch (outcome.status) {
    case 'SUCCESS':
      return { ...unchanged, attemptStatus: 'SUCCESS', status: 'SUCCESS' };
    case 'CANCELLED':
      return job.cancel_requested ? { ...unchanged, attemptStatus: 'CANCELLED', status: 'CANCELLED' } : null;
    case 'RELEASED':
      return { ...unchanged, attemptStatus: 'RELEASED', status: job.cancel_requested ? 'CANCELLED' : 'PENDING' };
    case 'FAILED':
    case 'TIMED_OUT':
      if (!outcome.retryable) return { ...unchanged, attemptStatus: outcome.status, status: 'FAILED' };
      if (job.cancel_requested) return { ...unchanged, attemptStatus: outcome.status, status: 'CANCELLED' };
      return { ...unchanged, attemptStatus: outcome.status, ...charge(job, outcome.retryAfterSeconds, random) };
    case 'LOST':
      return settleLost(job, outcome.heard, unchanged);
  }
}

/** Edges 6 and 7: a failure is charged to the retries, or finds them spent. */
function charge(job: Budgets, retryAfterSeconds: number | undefined, random: () => number) {
  if (job.retry_count >= job.max_retries) return { status: 'DEAD', dead_reason: 'retries_exhausted' } as const;
  const retry_count = job.retry_count + 1;
  const waitSeconds = retryAfterSeconds ?? backoffSeconds(job.backoff ?? DEFAULT_BACKOFF, retry_count, random);
  return { status: 'RETRYING', retry_count, waitSeconds } as const;
}

/** Edge 9: a lease that a worker confirmed is charged to the crash budget, one that was never delivered to its own. */
function settleLost(job: Budgets, heard: boolean, unchanged: Omit<Settlement, 'attemptStatus' | 'status'>): Settlement {
  const attemptStatus = heard ? 'LOST' : 'RELEASED';
  if (job.cancel_requested) return { ...unchanged, attemptStatus, status: 'CANCELLED' };
  const [count, spent] = heard
    ? (['lost_count', job.lost_count >= job.max_lost] as const)
    : (['undelivered_count', job.undelivered_count >= MAX_UNDELIVERED] as const);
  if (spent) return { ...unchanged, attemptStatus, status: 'DEAD', dead_reason: 'poison' };
  return { ...unchanged, attemptStatus, status: 'PENDING', [count]: job[count] + 1 };
}

/**
 * The wait before retry number `retry` (from 1), in seconds. Exponential and linear waits are drawn uniformly from zero to their bound
 * ("full jitter", Marc Brooker, AWS Architecture Blog, 2015), which spreads a burst of failures best; a fixed wait is exact.
 */
export function backoffSeconds(policy: BackoffPolicy, retry: number, random: () => number): number {
  if (policy.kind === 'fixed') return Math.min(policy.cap_seconds, policy.base_seconds);
  const factor = policy.kind === 'linear' ? retry : 2 ** Math.min(retry - 1, 60);
  return Math.min(policy.cap_seconds, policy.base_seconds * factor) * random();
}
