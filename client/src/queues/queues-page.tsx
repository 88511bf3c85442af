import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { ListEnd, Search } from 'lucide-react';
import { queueListQuery } from '../api/queues.js';
import type { Queue } from '../api/types.js';
import { Sparkline } from '../overview/sparkline.js';
import { formatDuration, formatNumber } from '../ui/format.js';
import { Meter } from '../ui/meter.js';
import { Page } from '../ui/page.js';
import { EmptyState, ErrorState, useSlow } from '../ui/states.js';
import { StatusBadge } from '../ui/status-badge.js';
import { ColumnHeader, SkeletonRows, Table } from '../ui/table.js';
import { QueueCommands } from './queue-commands.js';

/** The class of each column. */
const SKELETON = [
  undefined,
  undefined,
  undefined,
  undefined,
  'max-lg:hidden',
  undefined,
  'max-lg:hidden',
  'max-xl:hidden',
  'max-xl:hidden',
  undefined,
  undefined,
];

const route = getRouteApi('/shell/queues');

/** Every line of ready jobs: how long it is, who serves it, and whether it flows. */
export function QueuesPage() {
  const { q = '' } = route.useSearch();
  const navigate = useNavigate();
  const query = useQuery(queueListQuery(q));
  const isSlow = useSlow(query.isPending);
  const queues = query.data?.queues ?? [];
  return (
    <Page title="Queues">
      <div className="relative w-full sm:w-72">
        <Search aria-hidden className="absolute top-2 left-2.5 size-4 text-muted pointer-coarse:top-3.5" />
        <input
          type="search"
          aria-label="Search queues"
          placeholder="Queue name"
          className="field !pl-8"
          value={q}
          onChange={(event) => void navigate({ to: '/queues', search: { q: event.target.value }, replace: true })}
        />
      </div>
      {query.isError && !query.data && (
        <ErrorState error={query.error} what="queues" onRetry={() => void query.refetch()} />
      )}
      {query.data && queues.length === 0 && (
        <div className="rounded-lg border border-line bg-surface">
          <EmptyState icon={ListEnd} title={q ? 'No queues match' : 'No queues yet'}>
            {q ? null : 'A queue comes to be with its first job.'}
          </EmptyState>
        </div>
      )}
      {(isSlow || queues.length > 0) && (
        <Table label="Queues" busy={query.isPending} data-cards>
          <thead>
            <tr>
              <ColumnHeader>Name</ColumnHeader>
              <ColumnHeader>State</ColumnHeader>
              <ColumnHeader align="right">Pending</ColumnHeader>
              <ColumnHeader align="right">Running</ColumnHeader>
              <ColumnHeader align="right" className="max-lg:hidden">
                Retrying
              </ColumnHeader>
              <ColumnHeader align="right">Dead</ColumnHeader>
              <ColumnHeader align="right" className="max-lg:hidden">
                Oldest pending
              </ColumnHeader>
              <ColumnHeader align="right" className="max-xl:hidden">
                Wait p95
              </ColumnHeader>
              <ColumnHeader className="max-xl:hidden">Ended, last hour</ColumnHeader>
              <ColumnHeader align="right">Workers</ColumnHeader>
              <th scope="col">
                <span className="sr-only">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {query.isPending && <SkeletonRows rows={5} columns={SKELETON} />}
            {queues.map((queue) => (
              <QueueRow key={queue.name} queue={queue} />
            ))}
          </tbody>
        </Table>
      )}
    </Page>
  );
}

function QueueRow({ queue }: { queue: Queue }) {
  const isStuck = !queue.is_paused && queue.pending > 0 && queue.workers === 0;
  return (
    <tr>
      <td data-wide className="max-w-64">
        <Link
          to="/queues/$name"
          params={{ name: queue.name }}
          className="font-medium break-all underline-offset-2 hover:underline"
        >
          {queue.name}
        </Link>
      </td>
      <td data-phone="first">
        <StatusBadge status={queue.is_paused ? 'PAUSED' : 'ACTIVE'} />
      </td>
      <td data-label="Pending" className="text-right">
        <JobsLink queue={queue.name} status="PENDING" count={queue.pending} />
      </td>
      <td data-label="Running" className="text-right">
        {queue.concurrency_limit === null ? (
          <JobsLink queue={queue.name} status="RUNNING" count={queue.running} />
        ) : (
          <Meter label="Slots used" value={queue.running} max={queue.concurrency_limit} />
        )}
      </td>
      <td data-label="Retrying" className="text-right max-lg:hidden">
        <JobsLink queue={queue.name} status="RETRYING" count={queue.retrying} />
      </td>
      <td data-label="Dead" className="text-right">
        <JobsLink queue={queue.name} status="DEAD" count={queue.dead} />
      </td>
      <td data-phone="hide" className="text-right text-muted max-lg:hidden">
        {queue.oldest_pending_seconds === null ? '—' : formatDuration(queue.oldest_pending_seconds * 1000)}
      </td>
      <td data-phone="hide" className="text-right text-muted max-xl:hidden">
        {queue.wait_p95_ms === null ? '—' : formatDuration(queue.wait_p95_ms)}
      </td>
      <td data-phone="hide" className="md:w-56 max-xl:hidden">
        <span className="flex items-center gap-3">
          <span className="w-24 shrink-0">
            <Sparkline values={queue.ended_per_minute} status="SUCCESS" />
          </span>
          <span className="text-xs whitespace-nowrap text-muted">
            {formatNumber(queue.succeeded_last_hour + queue.failed_last_hour)}
            {queue.failed_last_hour > 0 && (
              <span className="text-danger-fg"> · {formatNumber(queue.failed_last_hour)} failed</span>
            )}
          </span>
        </span>
      </td>
      <td data-label="Workers" className="text-right">
        {isStuck ? <span className="font-medium text-danger-fg">No workers</span> : formatNumber(queue.workers)}
      </td>
      <td data-phone="end">
        <QueueCommands queue={queue} />
      </td>
    </tr>
  );
}

function JobsLink({ queue, status, count }: { queue: string; status: string; count: number }) {
  if (count === 0) return <span className="text-muted">0</span>;
  return (
    <Link
      to="/jobs"
      search={{ queue, status }}
      className={`underline-offset-2 hover:underline ${status === 'DEAD' ? 'font-medium text-danger-fg' : ''}`}
    >
      {formatNumber(count)}
    </Link>
  );
}
