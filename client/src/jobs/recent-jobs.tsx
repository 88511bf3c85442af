import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { jobListQuery } from '../api/jobs.js';
import type { JobFilter } from '../api/types.js';
import { shortId } from '../ui/format.js';
import { Card } from '../ui/page.js';
import { Duration, RelativeTime } from '../ui/time.js';
import { JobBadge } from './job-badge.js';
import type { JobSearch } from './job-search.js';

/** The newest jobs of a worker or a queue; `search` leads to all of them. */
export function RecentJobs({
  params,
  search,
  className,
}: {
  params: JobFilter;
  search: JobSearch;
  className?: string;
}) {
  const { data } = useQuery(jobListQuery({ ...params, limit: 10 }));
  return (
    <Card
      title="Recent jobs"
      className={className}
      aside={
        <Link to="/jobs" search={search} className="text-xs text-accent underline-offset-2 hover:underline">
          View all
        </Link>
      }
    >
      {data?.jobs.length === 0 && <p className="p-4 text-sm text-muted">None yet.</p>}
      <ul className="divide-y divide-line">
        {data?.jobs.map((job) => (
          <li key={job.id} className="flex min-h-10 items-center gap-3 px-4 text-sm">
            <span className="w-52 shrink-0 max-sm:w-auto">
              <JobBadge job={job} />
            </span>
            <Link
              to="/jobs/$id"
              params={{ id: job.id }}
              className="min-w-0 truncate font-medium underline-offset-2 hover:underline"
            >
              {job.type}
            </Link>
            <span className="font-mono text-xs text-muted max-sm:hidden">{shortId(job.id)}</span>
            <span className="ml-auto w-16 text-right text-muted max-sm:hidden">
              <Duration
                from={job.started_at}
                to={job.status === 'RUNNING' ? null : (job.finished_at ?? job.updated_at)}
              />
            </span>
            <span className="text-right text-muted max-sm:ml-auto sm:w-24">
              <RelativeTime at={job.finished_at ?? job.updated_at} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
