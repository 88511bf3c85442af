import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { statsQuery, timeseriesQuery } from '../api/stats.js';
import type { StatsWindow } from '../api/types.js';
import { Page } from '../ui/page.js';
import { Segmented } from '../ui/segmented.js';
import { ErrorState, Skeleton, useSlow } from '../ui/states.js';
import { AttentionList } from './attention-list.js';
import { BacklogChart, LatencyChart, ThroughputChart, toZoom, ZoomNote, type Zoom } from './history-charts.js';
import { KpiTiles } from './kpi-tiles.js';
import { statsWindows, toWindow } from './stats-window.js';

const route = getRouteApi('/shell/');

/** Is all well, and if not, where to look. */
export function OverviewPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const window = toWindow(search.window, '1h');
  const stats = useQuery(statsQuery());
  const series = useQuery({ ...timeseriesQuery(window), placeholderData: keepPreviousData });
  const isSlow = useSlow(stats.isPending);
  const history = {
    data: series.data,
    zoom: toZoom(search),
    onZoom: (zoom: Zoom | undefined) =>
      void navigate({ to: '/', search: { window: search.window, ...zoom }, resetScroll: false }),
  };
  return (
    <Page title="Overview">
      <div className="flex flex-wrap items-center gap-3">
        <Segmented<StatsWindow>
          label="Window"
          value={window}
          options={statsWindows}
          onChange={(next) => void navigate({ to: '/', search: { window: next }, resetScroll: false })}
        />
        <ZoomNote {...history} />
      </div>
      {stats.isError && !stats.data && (
        <ErrorState error={stats.error} what="the overview" onRetry={() => void stats.refetch()} />
      )}
      {isSlow && <Skeleton className="h-36 w-full" />}
      {stats.data && (
        <>
          <KpiTiles stats={stats.data} series={series.data} window={window} />
          <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
            <ThroughputChart {...history} />
            <AttentionList window={window} />
            <LatencyChart {...history} />
            <BacklogChart {...history} />
          </div>
        </>
      )}
    </Page>
  );
}
