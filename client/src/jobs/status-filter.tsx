import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { clsx } from 'clsx';
import { statsQuery } from '../api/stats.js';
import { formatCount } from '../ui/format.js';
import { StatusDot } from '../ui/status-badge.js';
import { JOB_STATUSES, statusLooks } from '../ui/status.js';
import { statusesOf, toListParams, type JobSearch } from './job-search.js';

const link =
  'flex h-8 shrink-0 items-center gap-1.5 rounded-md px-2.5 text-sm text-muted hover:bg-hover hover:text-fg aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-fg pointer-coarse:h-11';

/** All and each status as links. Counts come from a query of their own, and only where they are true for the other filters. */
export function StatusFilter({ search }: { search: JobSearch }) {
  const { queue, type, tag, error, q, worker_id, created_after, created_before, payload } = toListParams(search);
  const isCountable =
    !(tag || error || q || worker_id || created_after || created_before || payload) && !(queue && type);
  const { data: stats } = useQuery({
    ...statsQuery({ ...(queue ? { queue } : {}), ...(type ? { type } : {}) }),
    enabled: isCountable,
  });
  const counts = isCountable ? stats?.jobs : undefined;
  const current = statusesOf(search);
  const total = counts && JOB_STATUSES.map((status) => counts[status]).reduce((sum, count) => sum + count, 0);
  const target = (status: string | undefined) => ({ ...search, status, cursor: undefined });
  return (
    <nav aria-label="Filter by status" className="-mx-4 overflow-x-auto px-4 [scrollbar-width:none] md:mx-0 md:px-0">
      <ul className="flex gap-0.5">
        <li>
          <Link
            to="/jobs"
            search={target(undefined)}
            activeOptions={{ explicitUndefined: true }}
            activeProps={{ 'aria-current': undefined }}
            {...mark(current.length === 0)}
          >
            All <Count value={total} />
          </Link>
        </li>
        {JOB_STATUSES.map((status) => (
          <li key={status}>
            <Link
              to="/jobs"
              search={target(status)}
              activeProps={{ 'aria-current': undefined }}
              {...mark(current.includes(status))}
            >
              <StatusDot status={status} />
              {statusLooks[status].label} <Count value={counts?.[status]} isAlarming={status === 'DEAD'} />
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function mark(isCurrent: boolean) {
  return { className: link, 'aria-current': isCurrent ? ('page' as const) : undefined };
}

function Count({ value, isAlarming = false }: { value?: number; isAlarming?: boolean }) {
  if (value === undefined) return null;
  return (
    <span className={clsx('text-xs tabular', isAlarming && value > 0 ? 'font-medium text-danger-fg' : 'text-muted')}>
      {formatCount(value)}
    </span>
  );
}
