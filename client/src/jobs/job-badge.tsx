import type { JobSummary } from '../api/types.js';
import { formatRelative, plural } from '../ui/format.js';
import { StatusBadge } from '../ui/status-badge.js';
import { statusLooks } from '../ui/status.js';
import { useTicking } from '../ui/ticker.js';

export type BadgedJob = Pick<
  JobSummary,
  'status' | 'attempt' | 'retry_count' | 'max_retries' | 'run_at' | 'dead_reason' | 'cancel_requested_at' | 'lost_count'
>;

/** A job's status with what comes next: "Retrying · 2/5 · next in 12 s". */
export function JobBadge({ job }: { job: BadgedJob }) {
  const detail = useTicking((now) => detailOf(job, now));
  return <StatusBadge status={job.status} detail={detail} meaning={meaningOf(job)} />;
}

/** How often a job may be tried in all, as long as no worker crashes. */
export function maxAttempts(job: Pick<JobSummary, 'max_retries' | 'attempt'>): number {
  return Math.max(job.max_retries + 1, job.attempt);
}

function detailOf(job: BadgedJob, now: number): string {
  if (job.status === 'RUNNING' && job.cancel_requested_at) return ' · cancelling';
  if (job.run_at === null) return '';
  const runAt = Date.parse(job.run_at);
  const next = runAt > now ? formatRelative(runAt, now) : 'now';
  if (job.status === 'RETRYING') return ` · ${job.attempt}/${maxAttempts(job)} · next ${next}`;
  return job.status === 'SCHEDULED' ? ` · ${next}` : '';
}

function meaningOf(job: BadgedJob): string {
  if (job.status !== 'DEAD') return statusLooks[job.status].meaning;
  if (job.dead_reason === 'poison') return `Lost ${plural(job.lost_count, 'worker')} while it ran; will not run again`;
  const failures = job.retry_count + 1;
  return `Failed ${failures} of ${plural(failures, 'attempt')}; will not run again`;
}
