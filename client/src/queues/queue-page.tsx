import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { ArrowLeft, ListX } from 'lucide-react';
import { queueListQuery } from '../api/queues.js';
import { timeseriesQuery } from '../api/stats.js';
import type { Queue, StatsWindow } from '../api/types.js';
import {
  BacklogChart,
  LatencyChart,
  ThroughputChart,
  toZoom,
  ZoomNote,
  type Zoom,
} from '../overview/history-charts.js';
import { statsWindows, toWindow } from '../overview/stats-window.js';
import { formatDuration, formatNumber } from '../ui/format.js';
import { Notice } from '../ui/notice.js';
import { Page } from '../ui/page.js';
import { Segmented } from '../ui/segmented.js';
import { EmptyState, ErrorState } from '../ui/states.js';
import { StatusBadge } from '../ui/status-badge.js';
import { RecentJobs } from '../jobs/recent-jobs.js';
import { QueueCommands } from './queue-commands.js';
import { QueueWorkers } from './queue-workers.js';

const route = getRouteApi('/shell/queues/$name');

/** One queue: its counts, its history, and ways to its jobs. */
export function QueuePage() {
  const { name } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate();
  const window = toWindow(search.window, '1h');
  const query = useQuery(queueListQuery(name));
  const series = useQuery({ ...timeseriesQuery(window, { queue: name }), placeholderData: keepPreviousData });
  const history = {
    data: series.data,
    zoom: toZoom(search),
    onZoom: (zoom: Zoom | undefined) =>
      void navigate({ to: '.', search: { window: search.window, ...zoom }, resetScroll: false }),
  };
  const queue = query.data?.queues.find((each) => each.name === name);
  return (
    <Page title={name}>
      <Link to="/queues" className="inline-flex min-h-6 w-fit items-center gap-1 text-sm text-muted hover:text-fg">
        <ArrowLeft aria-hidden className="size-4" /> Queues
      </Link>
      {query.isError && !query.data && (
        <ErrorState error={query.error} what="this queue" onRetry={() => void query.refetch()} />
      )}
      {query.data && !queue && (
        <EmptyState icon={ListX} title="Queue not found">
          No job has ever named it.
        </EmptyState>
      )}
      {queue && (
        <>
          <div className="flex flex-wrap items-center justify-between gap-3">
            <StatusBadge status={queue.is_paused ? 'PAUSED' : 'ACTIVE'} />
            <QueueCommands queue={queue} />
          </div>
          {!queue.is_paused && queue.pending > 0 && queue.workers === 0 && (
            <Notice tone="warn">No workers: nobody serves this queue while jobs wait in it.</Notice>
          )}
          <Counts queue={queue} />
          <div className="flex flex-wrap items-center gap-3">
            <Segmented<StatsWindow>
              label="Window"
              value={window}
              options={statsWindows}
              onChange={(next) => void navigate({ to: '.', search: { window: next }, resetScroll: false })}
            />
            <ZoomNote {...history} />
          </div>
          <div className="grid gap-4 xl:grid-cols-3">
            <ThroughputChart {...history} />
            <LatencyChart {...history} />
            <BacklogChart {...history} />
          </div>
          <div className="grid items-start gap-4 xl:grid-cols-3">
            <RecentJobs className="xl:col-span-2" params={{ queue: name }} search={{ queue: name }} />
            <QueueWorkers name={name} />
          </div>
        </>
      )}
    </Page>
  );
}

function Counts({ queue }: { queue: Queue }) {
  const counts = [
    { status: 'PENDING', name: 'Pending', value: queue.pending },
    { status: 'RUNNING', name: 'Running', value: queue.running },
    { status: 'RETRYING', name: 'Retrying', value: queue.retrying },
    { status: 'SCHEDULED', name: 'Scheduled', value: queue.scheduled },
    { status: 'DEAD', name: 'Dead', value: queue.dead },
  ];
  const facts = [
    { name: 'Limit', value: queue.concurrency_limit === null ? 'None' : formatNumber(queue.concurrency_limit) },
    { name: 'Workers', value: formatNumber(queue.workers) },
    { name: 'Wait p95', value: queue.wait_p95_ms === null ? '—' : formatDuration(queue.wait_p95_ms) },
    {
      name: 'Oldest pending',
      value: queue.oldest_pending_seconds === null ? '—' : formatDuration(queue.oldest_pending_seconds * 1000),
    },
  ];
  return (
    <ul className="grid grid-cols-2 gap-3 sm:grid-cols-3 xl:grid-cols-9">
      {counts.map(({ status, name, value }) => (
        <li key={name}>
          <Link
            to="/jobs"
            search={{ queue: queue.name, status }}
            className="block rounded-lg border border-line bg-surface p-3 hover:border-control"
          >
            <span className="block text-xs text-muted">{name}</span>
            <span className="text-lg font-semibold tabular">{formatNumber(value)}</span>
          </Link>
        </li>
      ))}
      {facts.map(({ name, value }) => (
        <li key={name} className="rounded-lg border border-line bg-surface p-3">
          <span className="block text-xs text-muted">{name}</span>
          <span className="text-lg font-semibold tabular">{value}</span>
        </li>
      ))}
    </ul>
  );
}
