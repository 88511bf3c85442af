import { lazy, Suspense } from 'react';
import type { Timeseries } from '../api/types.js';
import { Card } from '../ui/page.js';
import { Skeleton } from '../ui/states.js';
import { ThroughputChart } from './throughput-chart.js';

const DurationChart = lazy(() => import('./duration-chart.js'));

/** Throughput and run time side by side; the line chart's library comes when it is needed. */
export function HistoryCharts({ data }: { data: Timeseries | undefined }) {
  const waiting = (
    <Card>
      <Skeleton className="m-4 h-56" />
    </Card>
  );
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      {data ? <ThroughputChart data={data} /> : waiting}
      <Suspense fallback={waiting}>{data ? <DurationChart data={data} /> : waiting}</Suspense>
    </div>
  );
}
