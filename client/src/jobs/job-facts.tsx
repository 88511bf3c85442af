import type { ReactNode } from 'react';
import { DEFAULT_BACKOFF } from '../../../src/contract/job-state.js';
import type { Attempt, Job } from '../api/types.js';
import { CopyButton } from '../ui/copy-button.js';
import { formatDuration } from '../ui/format.js';
import { Card } from '../ui/page.js';
import { DateTime, Duration, RelativeTime } from '../ui/time.js';
import { maxAttempts } from './job-badge.js';
import { WorkerLink } from './worker-link.js';

/** Times, budgets and settings of a job. */
export function JobFacts({ job, attempts }: { job: Job; attempts: readonly Attempt[] }) {
  const first = attempts[0]?.attempt_number === 1 ? attempts[0] : undefined;
  const isWaiting = job.status === 'RETRYING' || job.status === 'SCHEDULED';
  const metadata = typeof job.metadata === 'object' && job.metadata !== null ? Object.entries(job.metadata) : [];
  return (
    <Card title="Details">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2 p-4 text-sm md:max-xl:grid-cols-[auto_minmax(0,1fr)_auto_minmax(0,1fr)] md:max-xl:gap-x-8">
        <Fact name="Created">
          <DateTime at={job.created_at} />
        </Fact>
        {isWaiting && (
          <Fact name={job.status === 'RETRYING' ? 'Next retry' : 'Scheduled for'}>
            <RelativeTime at={job.run_at} />{' '}
            <span className="block text-xs text-muted">
              <DateTime at={job.run_at} />
            </span>
          </Fact>
        )}
        <Fact name="Started">
          <DateTime at={job.started_at} />
        </Fact>
        <Fact name="Finished">
          <DateTime at={job.finished_at} />
        </Fact>
        <Fact name="Waited to start">
          {first ? <Duration from={job.created_at} to={first.started_at} /> : <span className="text-muted">—</span>}
        </Fact>
        <Fact name="Run time">
          <Duration from={job.current_attempt?.started_at ?? null} to={job.current_attempt?.finished_at ?? null} />
        </Fact>
        <Fact name="Attempts">
          {job.attempt}/{maxAttempts(job)}
        </Fact>
        <Fact name="Retries used">
          {job.retry_count}/{job.max_retries}
        </Fact>
        <Fact name="Workers lost">
          {job.lost_count}/{job.max_lost}
        </Fact>
        <Fact name="Timeout">{formatDuration(job.timeout_seconds * 1000)}</Fact>
        <Fact name="Backoff">{backoffText(job.backoff ?? DEFAULT_BACKOFF)}</Fact>
        <Fact name="Priority">{job.priority}</Fact>
        <Fact name="Worker">
          <WorkerLink id={job.worker_id} />
        </Fact>
        {job.idempotency_key !== null && (
          <Fact name="Idempotency key">
            <span className="font-mono text-xs break-all">{job.idempotency_key}</span>
            <CopyButton text={job.idempotency_key} label="Copy idempotency key" />
          </Fact>
        )}
        {metadata.map(([name, value]) => (
          <Fact key={name} name={name}>
            <span className="font-mono text-xs break-all">
              {typeof value === 'string' ? value : JSON.stringify(value)}
            </span>
          </Fact>
        ))}
      </dl>
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 text-right">{children}</dd>
    </>
  );
}

function backoffText({ kind, base_seconds, cap_seconds }: NonNullable<Job['backoff']>): string {
  return kind === 'fixed' ? `fixed, ${base_seconds} s` : `${kind}, ${base_seconds} s to ${formatWait(cap_seconds)}`;
}

/** `1 h` where a whole number of hours or minutes allows it. */
function formatWait(seconds: number): string {
  if (seconds > 0 && seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds > 0 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
