import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { PartyPopper } from 'lucide-react';
import { errorGroupsQuery } from '../api/stats.js';
import type { ErrorGroup, ErrorGroupState, StatsWindow } from '../api/types.js';
import { useCanWrite } from '../auth/use-can-write.js';
import { Sparkline } from '../overview/sparkline.js';
import { statsWindows, toWindow, windowText } from '../overview/stats-window.js';
import { formatNumber } from '../ui/format.js';
import { Page } from '../ui/page.js';
import { Segmented } from '../ui/segmented.js';
import { EmptyState, ErrorState, useSlow } from '../ui/states.js';
import { ColumnHeader, SkeletonRows, Table } from '../ui/table.js';
import { RelativeTime } from '../ui/time.js';
import { ErrorMenu } from './error-menu.js';

/** The class of each column. */
const SKELETON = [
  undefined,
  'md:max-lg:hidden',
  undefined,
  undefined,
  'max-lg:hidden',
  undefined,
  'max-xl:hidden',
  'max-xl:hidden',
  undefined,
];

const route = getRouteApi('/shell/errors');

const states = [
  { value: 'open', label: 'Open' },
  { value: 'muted', label: 'Muted' },
  { value: 'resolved', label: 'Resolved' },
] as const;

/** Jobs are counted up to this; beyond, there are more. */
const COUNTED_JOBS = 1000;

/** Failures grouped by what they have in common. */
export function ErrorsPage() {
  const search = route.useSearch();
  const window = toWindow(search.window, '24h');
  const state = states.find(({ value }) => value === search.state)?.value ?? 'open';
  const navigate = useNavigate();
  const query = useQuery({ ...errorGroupsQuery(window, state), placeholderData: keepPreviousData });
  const isSlow = useSlow(query.isPending);
  const groups = query.data ?? [];
  const show = (change: { window?: StatsWindow; state?: ErrorGroupState }) =>
    void navigate({ to: '/errors', search: { ...search, ...change } });
  return (
    <Page title="Errors">
      <div className="flex flex-wrap items-center gap-3">
        <Segmented<StatsWindow>
          label="Window"
          value={window}
          options={statsWindows}
          onChange={(next) => show({ window: next })}
        />
        <Segmented<ErrorGroupState>
          label="State"
          value={state}
          options={states}
          onChange={(next) => show({ state: next })}
        />
      </div>
      {query.isError && !query.data && (
        <ErrorState error={query.error} what="errors" onRetry={() => void query.refetch()} />
      )}
      {query.data && groups.length === 0 && (
        <div className="rounded-lg border border-line bg-surface">
          <EmptyState icon={PartyPopper} title={state === 'open' ? 'No errors' : `No ${state} errors`}>
            {state === 'open' ? `No attempt failed in the ${windowText(window)}.` : null}
          </EmptyState>
        </div>
      )}
      {(isSlow || groups.length > 0) && (
        <Table label="Errors" busy={query.isPending || query.isPlaceholderData} data-cards>
          <thead>
            <tr>
              <ColumnHeader>Message</ColumnHeader>
              <ColumnHeader className="md:max-lg:hidden">Type</ColumnHeader>
              <ColumnHeader align="right">Occurrences</ColumnHeader>
              <ColumnHeader align="right">Jobs</ColumnHeader>
              <ColumnHeader className="max-lg:hidden">Over the {windowText(window)}</ColumnHeader>
              <ColumnHeader>Last seen</ColumnHeader>
              <ColumnHeader className="max-xl:hidden">First seen</ColumnHeader>
              <ColumnHeader className="max-xl:hidden">Queues</ColumnHeader>
              <th scope="col">
                <span className="sr-only">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {query.isPending && <SkeletonRows rows={5} columns={SKELETON} />}
            {groups.map((group) => (
              <ErrorRow key={group.fingerprint} group={group} />
            ))}
          </tbody>
        </Table>
      )}
    </Page>
  );
}

function ErrorRow({ group }: { group: ErrorGroup }) {
  const canWrite = useCanWrite();
  const jobs = group.jobs >= COUNTED_JOBS ? `${formatNumber(COUNTED_JOBS)}+` : formatNumber(group.jobs);
  return (
    <tr>
      <td data-wide className="max-w-xl !py-2">
        <div className="min-w-0 md:min-w-56">
          <Link
            to="/jobs"
            search={{ error: group.fingerprint }}
            title={group.message}
            className="line-clamp-2 font-mono text-xs wrap-anywhere underline-offset-2 hover:underline"
          >
            {group.message}
          </Link>
          <div className="text-xs text-muted">
            {group.error_type}
            <span className="hidden md:max-lg:inline">
              {group.error_type && ' · '}
              {group.type}
            </span>
          </div>
        </div>
      </td>
      <td data-phone="first" className="max-w-48 truncate max-md:font-medium md:max-lg:hidden">
        {group.type}
      </td>
      <td data-label="Occurrences" className="text-right font-medium">
        {formatNumber(group.occurrences)}
      </td>
      <td data-label="Jobs" className="text-right">
        <Link
          to="/jobs"
          search={{ error: group.fingerprint }}
          className="text-accent underline-offset-2 hover:underline"
        >
          {jobs}
          <span className="sr-only"> jobs with: {group.message}</span>
        </Link>
      </td>
      <td data-phone="hide" className="md:w-40 max-lg:hidden">
        <Sparkline values={group.sparkline} status="FAILED" />
      </td>
      <td data-label="Last" className="text-muted">
        <Link
          to="/jobs/$id"
          params={{ id: group.sample_job_id }}
          search={{ tab: 'errors' }}
          className="underline-offset-2 hover:text-fg hover:underline"
        >
          <RelativeTime at={group.last_seen_at} />
          <span className="sr-only">, the latest job with: {group.message}</span>
        </Link>
      </td>
      <td data-phone="hide" className="text-muted max-xl:hidden">
        <RelativeTime at={group.first_seen_at} />
      </td>
      <td data-phone="hide" className="max-w-40 truncate text-muted max-xl:hidden" title={group.queues.join(', ')}>
        {group.queues.slice(0, 2).join(', ')}
        {group.queues.length > 2 && ` +${group.queues.length - 2}`}
      </td>
      <td data-phone="end" className="md:w-12 md:!pl-0">
        {canWrite && <ErrorMenu group={group} />}
      </td>
    </tr>
  );
}
