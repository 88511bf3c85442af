import { Link } from '@tanstack/react-router';
import type { Worker } from '../api/types.js';
import { Duration } from '../ui/time.js';

/** What a worker runs, longest first: links with the elapsed time, and how many more there are. */
export function RunningJobs({ jobs, total, limit }: { jobs: Worker['running_jobs']; total: number; limit: number }) {
  if (jobs.length === 0) return <span className="text-muted">—</span>;
  const shown = jobs.slice(0, limit);
  const more = Math.max(total, jobs.length) - shown.length;
  return (
    <span className="flex flex-wrap gap-x-3 gap-y-1">
      {shown.map((job) => (
        <span key={job.job_id} className="whitespace-nowrap">
          <Link to="/jobs/$id" params={{ id: job.job_id }} className="underline-offset-2 hover:underline">
            {job.type}
          </Link>{' '}
          <span className="text-xs text-muted">
            <Duration from={job.started_at} to={null} />
          </span>
        </span>
      ))}
      {more > 0 && <span className="text-xs leading-5 text-muted">+{more}</span>}
    </span>
  );
}
