import { X } from 'lucide-react';
import { lazy, Suspense, useMemo, type ComponentProps } from 'react';
import type { Timeseries, TimeseriesBucket } from '../api/types.js';
import { Button } from '../ui/button.js';
import { formatCount, formatDuration, formatNumber } from '../ui/format.js';
import { Card } from '../ui/page.js';
import { Skeleton } from '../ui/states.js';
import { BarChart } from './bar-chart.js';
import { bucketLabel } from './bucket-label.js';
import { ChartCard, type ChartSeries } from './chart-card.js';

const LineChart = lazy(() => import('./line-chart.js'));

/** The part of the window that is zoomed into; both are starts of buckets. */
export interface Zoom {
  from: string;
  to: string;
}

interface HistoryProps {
  data: Timeseries | undefined;
  zoom?: Zoom;
  onZoom: (zoom: Zoom | undefined) => void;
}

/** The zoom that a URL names. */
export function toZoom(search: { from?: string; to?: string }): Zoom | undefined {
  const { from, to } = search;
  if (!from || !to || Number.isNaN(Date.parse(from)) || Number.isNaN(Date.parse(to))) return undefined;
  return { from, to };
}

/** Says what is zoomed into, and leads out again. */
export function ZoomNote({ data, zoom, onZoom }: HistoryProps) {
  if (!zoom || !data) return null;
  return (
    <Button size="sm" className="!h-8" aria-label="Reset zoom" onClick={() => onZoom(undefined)}>
      <span className="tabular">
        {bucketLabel(zoom.from, data.window)} – {bucketLabel(zoom.to, data.window)}
      </span>
      <X aria-hidden />
    </Button>
  );
}

/** How many jobs ended, and how. */
export function ThroughputChart({ data, zoom, onZoom }: HistoryProps) {
  const buckets = useBuckets(data, zoom);
  if (!data) return <Waiting />;
  const at = buckets.map((bucket) => bucket.at);
  const series = statusSeries.map(({ key, ...rest }) => ({
    key,
    ...rest,
    values: buckets.map((bucket) => bucket[key]),
  }));
  const ended = series.reduce((sum, { values }) => sum + values.reduce((a, b) => a + b, 0), 0);
  return (
    <ChartCard title="Throughput" window={data.window} at={at} series={series} format={formatCount}>
      {(shown) => (
        <BarChart
          summary={`Throughput: ${formatNumber(ended)} jobs ended in this window`}
          window={data.window}
          at={at}
          series={shown}
          onZoom={(from, to) => onZoom({ from, to })}
        />
      )}
    </ChartCard>
  );
}

/** How long jobs waited to start, and how long their attempts ran. */
export function LatencyChart({ data, zoom, onZoom }: HistoryProps) {
  const buckets = useBuckets(data, zoom);
  const series = useMemo(
    () => latencySeries.map(({ key, ...rest }) => ({ key, ...rest, values: buckets.map((bucket) => bucket[key]) })),
    [buckets],
  );
  if (!data) return <Waiting />;
  const [wait, run] = ['wait_p95_ms', 'duration_p95_ms'].map((key) =>
    series.find((each) => each.key === key)?.values.findLast((value) => value !== null),
  );
  const summary = `Latency: 95 % of jobs waited at most ${text(wait)} and ran at most ${text(run)}`;
  return (
    <Lines {...{ title: 'Latency', data, buckets, series, summary, leastTop: 10, format: formatDuration, onZoom }} />
  );
}

/** How many ready jobs waited, by queue where the history is kept so. */
export function BacklogChart({ data, zoom, onZoom }: HistoryProps) {
  const buckets = useBuckets(data, zoom);
  const series = useMemo(() => backlogSeries(data, buckets), [data, buckets]);
  if (!data) return <Waiting />;
  const summary = `Backlog: ${formatNumber(buckets.at(-1)?.backlog ?? 0)} jobs wait now`;
  return <Lines {...{ title: 'Backlog', data, buckets, series, summary, leastTop: 4, format: formatWhole, onZoom }} />;
}

function Lines({
  title,
  data,
  buckets,
  onZoom,
  ...rest
}: {
  title: string;
  data: Timeseries;
  buckets: readonly TimeseriesBucket[];
  series: readonly ChartSeries[];
  onZoom: HistoryProps['onZoom'];
} & Pick<ComponentProps<typeof LineChart>, 'summary' | 'format' | 'leastTop'>) {
  const at = useMemo(() => buckets.map((bucket) => bucket.at), [buckets]);
  return (
    <ChartCard title={title} window={data.window} at={at} series={rest.series} format={rest.format}>
      {(shown) => (
        <Suspense fallback={<Skeleton className="h-49 w-full" />}>
          <LineChart
            {...rest}
            window={data.window}
            at={at}
            series={shown}
            onZoom={(from, to) => onZoom({ from, to })}
          />
        </Suspense>
      )}
    </ChartCard>
  );
}

function Waiting() {
  return (
    <Card>
      <Skeleton className="m-4 h-63" />
    </Card>
  );
}

const statusSeries = [
  { key: 'succeeded', label: 'Success', colour: '--success-dot' },
  { key: 'failed', label: 'Failed', colour: '--failed-dot' },
  { key: 'dead', label: 'Dead', colour: '--dead-dot' },
  { key: 'cancelled', label: 'Cancelled', colour: '--off-dot' },
] as const;

const latencySeries = [
  { key: 'wait_p50_ms', label: 'Wait p50', colour: '--scheduled-dot', isDashed: true },
  { key: 'wait_p95_ms', label: 'Wait p95', colour: '--scheduled-dot' },
  { key: 'duration_p50_ms', label: 'Run p50', colour: '--running-dot', isDashed: true },
  { key: 'duration_p95_ms', label: 'Run p95', colour: '--running-dot' },
] as const;

function backlogSeries(data: Timeseries | undefined, buckets: readonly TimeseriesBucket[]): ChartSeries[] {
  if (!data || data.backlog_by_queue.length === 0) {
    return [{ key: 'all', label: 'Waiting', colour: '--chart-1', values: buckets.map((bucket) => bucket.backlog) }];
  }
  const first = data.buckets.findIndex((bucket) => bucket.at === buckets[0]?.at);
  return data.backlog_by_queue.map(({ queue, values }, index) => ({
    key: queue ?? ' other',
    label: queue ?? 'Other',
    colour: queue === null ? '--chart-6' : `--chart-${index + 1}`,
    values: values.slice(first, first + buckets.length),
  }));
}

function useBuckets(data: Timeseries | undefined, zoom: Zoom | undefined): readonly TimeseriesBucket[] {
  const from = zoom && Date.parse(zoom.from);
  const to = zoom && Date.parse(zoom.to);
  return useMemo(() => {
    const all = data?.buckets ?? [];
    if (from === undefined || to === undefined) return all;
    const inside = all.filter(({ at }) => Date.parse(at) >= from && Date.parse(at) <= to);
    // A zoom that the window has left behind shows everything rather than nothing.
    return inside.length > 1 ? inside : all;
  }, [data, from, to]);
}

function text(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? 'an unknown time' : formatDuration(ms);
}

function formatWhole(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : '';
}
