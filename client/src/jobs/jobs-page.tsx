import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useMemo } from 'react';
import { jobListQuery } from '../api/jobs.js';
import { explicitRefresh, selectedCount } from '../live/live-status.js';
import { usePreferences } from '../settings/preferences.js';
import { useStore } from '../ui/external-store.js';
import { useIsScrolled } from '../ui/scrolled.js';
import { Notice } from '../ui/notice.js';
import { Page } from '../ui/page.js';
import { ErrorState, useSlow } from '../ui/states.js';
import { formatNumber } from '../ui/format.js';
import { deletedJobIds, freshJobId } from './fresh-job.js';
import { visibleColumns } from './job-columns.js';
import { JobFilters } from './job-filters.js';
import { filterChips, toListParams, type JobSearch } from './job-search.js';
import { isTableBusy, JobTable } from './job-table.js';
import { NoJobs, NoMatches } from './no-jobs.js';
import { Pager } from './pager.js';
import { SelectAllBanner } from './select-all-banner.js';
import { StatusFilter } from './status-filter.js';
import { useJobCommands } from './use-job-commands.js';
import { useJobKeys } from './use-job-keys.js';
import { listContext } from './list-context.js';
import { useJobRows } from './use-job-rows.js';
import { useSelection } from './use-selection.js';

const BulkBar = lazy(() => import('./bulk-bar.js').then((module) => ({ default: module.BulkBar })));

const route = getRouteApi('/shell/jobs');

/** The list of jobs: everything that shapes it is in the URL. */
export function JobsPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const params = toListParams(search);
  const withPayload = visibleColumns(usePreferences()).includes('payload');
  const query = useQuery({
    ...jobListQuery(withPayload ? { ...params, include: ['payload_preview'] } : params),
    placeholderData: keepPreviousData,
  });
  const refreshes = useStore(explicitRefresh);
  const isNewestPage = !search.cursor && search.sort !== 'created_at';
  const list = useLiveRows(`${JSON.stringify(params)} ${refreshes}`, query, isNewestPage);
  const pageIds = list.rows.map((job) => job.id);
  const selection = useSelection(pageIds);
  const { clear } = selection;
  const { commands, dialog } = useJobCommands();
  const filter = useCallback(
    (next: JobSearch) => {
      clear();
      void navigate({ to: '/jobs', search: next });
    },
    [clear, navigate],
  );
  const focusedId = useJobKeys({ rows: list.rows, selection, commands, page: list.page, search });
  useEffect(() => listContext.set({ search, ids: list.rows.map((job) => job.id) }), [search, list.rows]);
  const freshId = useFreshId();
  const isLoading = useSlow(query.isPending);
  const isFiltered = filterChips(search).length > 0 || search.status !== undefined;

  return (
    <Page title="Jobs">
      <StatusFilter search={search} />
      <JobFilters search={search} onFilter={filter} />
      {query.isError && query.data && (
        <Notice tone="danger" role="alert">
          Showing data from {new Date(query.dataUpdatedAt).toLocaleTimeString()}: the latest refresh failed.
        </Notice>
      )}
      {list.page?.is_partial && (
        <Notice tone="warn" role="status">
          This filter has no index and the search stopped at its time limit: there may be more matches. Narrow the time
          range.
        </Notice>
      )}
      <SelectAllBanner list={list} selection={selection} params={params} />
      <NewJobsPill count={list.newCount} size={params.limit} onShow={list.showAll} />
      {query.isError && !query.data ? (
        <div className="rounded-lg border border-line bg-surface">
          <ErrorState error={query.error} what="jobs" onRetry={() => void query.refetch()} />
        </div>
      ) : (
        (!query.isPending || isLoading) && (
          <JobTable
            rows={list.rows}
            staleIds={list.staleIds}
            freshId={freshId}
            selectedIds={selection.selection.ids}
            isAllSelected={selection.selection.allMatching !== null}
            focusedId={focusedId}
            isLoading={query.isPending}
            isBusy={query.isPending || query.isPlaceholderData}
            isAscending={search.sort === 'created_at'}
            skeletonRows={12}
            onSort={() =>
              filter({ ...search, cursor: undefined, sort: search.sort === 'created_at' ? undefined : 'created_at' })
            }
            onToggle={selection.toggle}
            onTogglePage={selection.togglePage}
            commands={commands}
            empty={isFiltered ? <NoMatches search={search} onFilter={filter} /> : <NoJobs />}
          />
        )
      )}
      {list.page && list.rows.length > 0 && <Pager search={search} page={list.page} shown={list.rows.length} />}
      <Suspense>{selection.count > 0 && <BulkBar selection={selection} params={params} />}</Suspense>
      {dialog}
    </Page>
  );
}

type ListQuery = { data: Parameters<typeof useJobRows>[1]; isPlaceholderData: boolean };

/** Rows that keep still while somebody points at them, selects, scrolls or has a dialog open. */
function useLiveRows(key: string, query: ListQuery, isNewestPage: boolean) {
  const isBusy = useStore(isTableBusy);
  const isScrolled = useIsScrolled();
  const hasDialog = useRouterState({ select: (state) => 'new' in state.location.search });
  const selected = useStore(selectedCount);
  const mayInsert = isNewestPage && !isBusy && !isScrolled && !hasDialog && selected === 0;
  const deleted = useStore(deletedJobIds);
  const list = useJobRows(query.isPlaceholderData ? '' : key, query.data, mayInsert);
  const rows = useMemo(() => list.rows.filter((job) => !deleted.has(job.id)), [list.rows, deleted]);
  return { ...list, rows, newCount: isNewestPage ? list.newCount : 0 };
}

function useFreshId(): string | null {
  const id = useStore(freshJobId);
  useEffect(() => {
    if (id === null) return;
    const timer = window.setTimeout(() => freshJobId.set(null), 2500);
    return () => window.clearTimeout(timer);
  }, [id]);
  return id;
}

function NewJobsPill({ count, size, onShow }: { count: number; size: number; onShow: () => void }) {
  return (
    <div
      role="status"
      aria-label="New jobs"
      className="pointer-events-none sticky top-14 z-10 -mb-4 flex h-0 justify-center"
    >
      {count > 0 && (
        <button
          type="button"
          onClick={onShow}
          className="pointer-events-auto -mt-5 h-7 rounded-full bg-primary px-4 text-sm font-medium whitespace-nowrap text-white shadow-pop hover:bg-primary-hover pointer-coarse:-mt-7 pointer-coarse:h-11"
        >
          Show {count >= size ? `${formatNumber(size)}+` : formatNumber(count)} new {count === 1 ? 'job' : 'jobs'}
        </button>
      )}
    </div>
  );
}
