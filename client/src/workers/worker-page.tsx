import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { ArrowLeft, ServerOff } from 'lucide-react';
import { useEffect, useMemo, useRef, type ReactNode } from 'react';
import { ApiError } from '../api/api-error.js';
import type { Worker, WorkerHistory } from '../api/types.js';
import { workerHistoryQuery, workerQuery } from '../api/workers.js';
import { RecentJobs } from '../jobs/recent-jobs.js';
import { CopyButton } from '../ui/copy-button.js';
import { Meter, Progress } from '../ui/meter.js';
import { Card, Page } from '../ui/page.js';
import { StatusBadge } from '../ui/status-badge.js';
import { EmptyState, ErrorState, Skeleton, useSlow } from '../ui/states.js';
import { DateTime, Duration, RelativeTime } from '../ui/time.js';
import { BeatStrip } from './beat-strip.js';
import { WorkerBadge } from './worker-badge.js';
import { useBeats } from './worker-beats.js';
import { WorkerCharts } from './worker-charts.js';
import { LastHour, ProcessUse } from './worker-figures.js';
import { WorkerMenu } from './worker-menu.js';

const route = getRouteApi('/shell/workers/$id');

/** One worker: what it is, what it runs now and what it ran last. */
export function WorkerPage() {
  const { id } = route.useParams();
  const query = useQuery(workerQuery(id));
  const isSlow = useSlow(query.isPending);
  const isMissing = query.error instanceof ApiError && (query.error.status === 404 || query.error.status === 400);
  const worker = query.data;
  return (
    <Page title={worker ? (worker.name ?? worker.hostname) : 'Worker'}>
      <Link to="/workers" className="inline-flex min-h-6 w-fit items-center gap-1 text-sm text-muted hover:text-fg">
        <ArrowLeft aria-hidden className="size-4" /> Workers
      </Link>
      {worker && <WorkerDetails worker={worker} />}
      {!worker && isMissing && (
        <EmptyState icon={ServerOff} title="Worker not found">
          It may have been forgotten.
        </EmptyState>
      )}
      {!worker && query.isError && !isMissing && (
        <ErrorState error={query.error} what="this worker" onRetry={() => void query.refetch()} />
      )}
      {isSlow && <Skeleton className="h-64 w-full" />}
    </Page>
  );
}

function WorkerDetails({ worker }: { worker: Worker }) {
  const navigate = useNavigate();
  const { data: history, dataUpdatedAt } = useQuery(workerHistoryQuery(worker.id));
  const one = useMemo(() => [worker], [worker]);
  const beats = useBeats(one).get(worker.id) ?? [];
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <span aria-live="polite">
          <WorkerBadge worker={worker} />
        </span>
        <span className="flex min-w-0 flex-1 items-center gap-1 font-mono text-xs text-muted">
          <span className="break-all">{worker.id}</span>
          <CopyButton text={worker.id} label="Copy worker ID" />
        </span>
        <WorkerMenu worker={worker} onForgotten={() => void navigate({ to: '/workers' })} />
      </div>
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_360px]">
        <div className="min-w-0 space-y-4">
          <Running worker={worker} />
          {history && <WorkerCharts worker={worker} history={history} until={dataUpdatedAt} />}
          {history && history.lost.length > 0 && <Lost lost={history.lost} />}
          <RecentJobs params={{ worker_id: worker.id }} search={{ worker: worker.id }} />
        </div>
        <Card title="Facts">
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2 p-4 text-sm">
            <Fact name="Host">{worker.hostname}</Fact>
            <Fact name="Heartbeat">
              <RelativeTime at={worker.last_heartbeat} />
            </Fact>
            <Fact name="Seen">
              <span className="inline-block align-middle">
                <BeatStrip beats={beats} />
              </span>
            </Fact>
            <Fact name="Last hour">
              <LastHour worker={worker} />
            </Fact>
            <Fact name="CPU · memory">
              <ProcessUse worker={worker} />
            </Fact>
            <Fact name="Slots">
              <Meter label="Slots used" value={worker.running_count} max={worker.concurrency} />
            </Fact>
            <Fact name="Queues">{worker.queues.includes('*') ? 'All' : worker.queues.join(', ')}</Fact>
            <Fact name="Version">{worker.version ?? '—'}</Fact>
            <Fact name="Started">
              <DateTime at={worker.registered_at} />
            </Fact>
            {Object.entries(worker.labels).map(([name, value]) => (
              <Fact key={name} name={name}>
                {value}
              </Fact>
            ))}
          </dl>
        </Card>
      </div>
    </>
  );
}

function Running({ worker }: { worker: Worker }) {
  return (
    <Card title="Running now">
      {worker.running_jobs.length === 0 && <p className="p-4 text-sm text-muted">Nothing at the moment.</p>}
      <ul className="divide-y divide-line">
        {worker.running_jobs.map((job) => (
          <li key={job.job_id} className="flex min-h-11 items-center gap-3 px-4 text-sm">
            <Link
              to="/jobs/$id"
              params={{ id: job.job_id }}
              className="min-w-0 truncate font-medium underline-offset-2 hover:underline"
            >
              {job.type}
            </Link>
            <span className="text-xs whitespace-nowrap text-muted">attempt {job.attempt}</span>
            <span className="ml-auto min-w-0 md:w-40">
              {job.progress === null ? null : (
                <Progress label={`Progress of job ${job.job_id}`} percent={job.progress} />
              )}
            </span>
            <span className="w-16 shrink-0 text-right text-muted">
              <Duration from={job.started_at} to={null} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Lost({ lost }: Pick<WorkerHistory, 'lost'>) {
  const list = useRef<HTMLDivElement>(null);
  // The link to it was followed before there was a list to scroll to.
  useEffect(() => {
    if (window.location.hash === '#lost') list.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <Card title="Jobs it held when it fell silent">
      <div ref={list} className="scroll-mt-28">
        <ul className="divide-y divide-line">
          {lost.map(({ job_id, attempt, type, status, at }) => (
            <li key={`${job_id} ${attempt}`} className="flex min-h-11 flex-wrap items-center gap-x-3 px-4 text-sm">
              <StatusBadge status={status} />
              <Link
                to="/jobs/$id"
                params={{ id: job_id }}
                className="min-w-0 truncate font-medium underline-offset-2 hover:underline"
              >
                {type}
              </Link>
              <span className="text-xs tabular text-muted">attempt {attempt}</span>
              <span className="ml-auto text-muted">
                <RelativeTime at={at} />
              </span>
            </li>
          ))}
        </ul>
      </div>
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 text-right break-words">{children}</dd>
    </>
  );
}
