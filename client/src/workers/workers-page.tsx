import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Search, Server } from 'lucide-react';
import type { Worker } from '../api/types.js';
import { workerListQuery } from '../api/workers.js';
import { Button } from '../ui/button.js';
import { CopyButton } from '../ui/copy-button.js';
import { formatNumber, plural } from '../ui/format.js';
import { Meter } from '../ui/meter.js';
import { Page } from '../ui/page.js';
import { EmptyState, ErrorState, useSlow } from '../ui/states.js';
import { ColumnHeader, SkeletonRows, Table } from '../ui/table.js';
import { RelativeTime } from '../ui/time.js';
import { nowMs } from '../ui/ticker.js';
import { BeatStrip } from './beat-strip.js';
import { RunningJobs } from './running-jobs.js';
import { WorkerBadge } from './worker-badge.js';
import { useBeats, type Beat } from './worker-beats.js';
import { LastHour, LostJobs, ProcessUse } from './worker-figures.js';
import { WorkerMenu } from './worker-menu.js';

/** The class of each column. */
const SKELETON = [
  undefined,
  undefined,
  undefined,
  undefined,
  'max-lg:hidden',
  'max-xl:hidden',
  'max-[1400px]:hidden',
  undefined,
  'max-2xl:hidden',
  undefined,
];

const DAY_MS = 86_400_000;
const route = getRouteApi('/shell/workers');

/** Who takes jobs, how busy they are, and who fell silent. */
export function WorkersPage() {
  const { q = '', old } = route.useSearch();
  const navigate = useNavigate();
  const query = useQuery(workerListQuery());
  const isSlow = useSlow(query.isPending);
  const beats = useBeats(query.data?.workers);
  const workers = sorted(query.data?.workers ?? []);
  const matching = workers.filter((worker) => matches(worker, q.toLowerCase()));
  const recent = matching.filter((worker) => worker.status === 'ONLINE' || !isOld(worker));
  const shown = old === '1' ? matching : recent;
  const hidden = matching.length - recent.length;
  return (
    <Page title="Workers">
      {query.data && <Summary workers={workers} online={query.data.online} offline={query.data.offline} />}
      <div className="flex flex-wrap items-center gap-2">
        <div className="relative w-full sm:w-72">
          <Search aria-hidden className="absolute top-2 left-2.5 size-4 text-muted pointer-coarse:top-3.5" />
          <input
            type="search"
            aria-label="Search workers"
            placeholder="Name, host or queue"
            className="field !pl-8"
            value={q}
            onChange={(event) =>
              void navigate({
                to: '/workers',
                search: { old, q: event.target.value },
                replace: true,
                resetScroll: false,
              })
            }
          />
        </div>
        {hidden > 0 && (
          <Button
            variant="ghost"
            aria-pressed={old === '1'}
            onClick={() => void navigate({ to: '/workers', search: { q, old: old === '1' ? undefined : '1' } })}
          >
            {old === '1' ? 'Hide' : 'Show'} {plural(hidden, 'worker')} offline for over a day
          </Button>
        )}
      </div>
      {query.isError && !query.data && (
        <ErrorState error={query.error} what="workers" onRetry={() => void query.refetch()} />
      )}
      {query.data && shown.length === 0 && <NoWorkers isFiltered={q !== '' || workers.length > 0} />}
      {(isSlow || shown.length > 0) && (
        <Table label="Workers" busy={query.isPending} data-cards>
          <thead>
            <tr>
              <ColumnHeader>Status</ColumnHeader>
              <ColumnHeader>Name</ColumnHeader>
              <ColumnHeader>Queues</ColumnHeader>
              <ColumnHeader>Slots</ColumnHeader>
              <ColumnHeader className="max-lg:hidden">Running jobs</ColumnHeader>
              <ColumnHeader className="max-xl:hidden">Last hour</ColumnHeader>
              <ColumnHeader className="max-[1400px]:hidden">CPU · memory</ColumnHeader>
              <ColumnHeader>Heartbeat</ColumnHeader>
              <ColumnHeader className="max-2xl:hidden">Started</ColumnHeader>
              <th scope="col">
                <span className="sr-only">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {query.isPending && <SkeletonRows rows={4} columns={SKELETON} />}
            {shown.map((worker) => (
              <WorkerRow key={worker.id} worker={worker} beats={beats.get(worker.id) ?? []} />
            ))}
          </tbody>
        </Table>
      )}
    </Page>
  );
}

function WorkerRow({ worker, beats }: { worker: Worker; beats: readonly Beat[] }) {
  return (
    <tr>
      <td data-phone="first" className="md:w-32">
        <WorkerBadge worker={worker} />
      </td>
      <td data-wide className="max-w-72">
        <div className="min-w-0 md:min-w-28">
          <Link
            to="/workers/$id"
            params={{ id: worker.id }}
            className="font-medium break-all underline-offset-2 hover:underline"
          >
            {worker.name ?? worker.hostname}
          </Link>
          <div className="text-xs text-muted">
            {[worker.name ? worker.hostname : null, worker.version].filter(Boolean).join(' · ')}
            {worker.lost_last_day > 0 && ' · '}
            <LostJobs worker={worker} />
          </div>
        </div>
      </td>
      <td data-label="Queues" className="max-w-56 truncate md:max-lg:max-w-40" title={worker.queues.join(', ')}>
        {worker.queues.includes('*') ? 'All' : worker.queues.join(', ')}
      </td>
      <td>
        <Meter label="Slots used" value={worker.running_count} max={worker.concurrency} />
      </td>
      <td data-phone="hide" className="max-w-80 max-lg:hidden">
        <RunningJobs jobs={worker.running_jobs} total={worker.running_count} limit={2} />
      </td>
      <td data-phone="hide" className="max-xl:hidden">
        <LastHour worker={worker} />
      </td>
      <td data-phone="hide" className="text-muted max-[1400px]:hidden">
        <ProcessUse worker={worker} />
      </td>
      <td data-phone="when" className="text-muted md:w-32">
        <RelativeTime at={worker.last_heartbeat} />
        <span className="mt-1 block max-md:hidden">
          <BeatStrip beats={beats} />
        </span>
      </td>
      <td data-phone="hide" className="text-muted max-2xl:hidden">
        <RelativeTime at={worker.registered_at} />
      </td>
      <td data-phone="end" className="md:w-12 md:!pl-0">
        <WorkerMenu worker={worker} />
      </td>
    </tr>
  );
}

function Summary({ workers, online, offline }: { workers: readonly Worker[]; online: number; offline: number }) {
  const live = workers.filter((worker) => worker.status === 'ONLINE');
  const slots = live.reduce((sum, worker) => sum + worker.concurrency, 0);
  const used = live.reduce((sum, worker) => sum + worker.running_count, 0);
  return (
    <dl className="flex flex-wrap gap-x-8 gap-y-3">
      <Figure name="Online" value={formatNumber(online)} />
      <Figure name="Offline" value={formatNumber(offline)} />
      <Figure name="Slots in use" value={`${formatNumber(used)} / ${formatNumber(slots)}`} />
      <Figure name="Utilisation" value={slots === 0 ? '—' : `${Math.round((used / slots) * 100)}%`} />
    </dl>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="text-xl font-semibold tracking-tight">{value}</dd>
    </div>
  );
}

function NoWorkers({ isFiltered }: { isFiltered: boolean }) {
  const command = `npm start -- --role=worker   # with ORCHESTRATOR_URL=${window.location.origin}`;
  if (isFiltered) return <EmptyState icon={Server} title="No workers match" />;
  return (
    <EmptyState icon={Server} title="No workers yet">
      <p>Jobs wait until one registers. Start one, on any machine:</p>
      <div className="flex items-start gap-1 rounded-md border border-line bg-subtle p-2 text-left">
        <code className="min-w-0 flex-1 font-mono text-xs break-all text-fg">{command}</code>
        <CopyButton text={command} label="Copy command" />
      </div>
    </EmptyState>
  );
}

function sorted(workers: readonly Worker[]): Worker[] {
  return workers.toSorted(
    (a, b) =>
      Number(b.status === 'ONLINE') - Number(a.status === 'ONLINE') ||
      (a.name ?? a.hostname).localeCompare(b.name ?? b.hostname) ||
      a.id.localeCompare(b.id),
  );
}

function matches(worker: Worker, wanted: string): boolean {
  const texts = [worker.name ?? '', worker.hostname, worker.id, ...worker.queues];
  return texts.some((text) => text.toLowerCase().includes(wanted));
}

function isOld(worker: Worker): boolean {
  return nowMs() - Date.parse(worker.last_heartbeat) > DAY_MS;
}
