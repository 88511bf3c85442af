import { useMemo } from 'react';
import type { Worker, WorkerHistory } from '../api/types.js';
import { BarChart } from '../overview/bar-chart.js';
import { ChartCard, type ChartSeries } from '../overview/chart-card.js';
import { formatCount, formatNumber } from '../ui/format.js';

const MINUTES = 60;
const MINUTE_MS = 60_000;

/** How busy a worker was in each minute of the last hour, and what came of it. `until` is when the history was fetched. */
export function WorkerCharts({ worker, history, until }: { worker: Worker; history: WorkerHistory; until: number }) {
  const minutes = useMemo(() => everyMinute(history.minutes, until), [history, until]);
  const at = minutes.map((minute) => minute.at);
  const busy = minutes.map(({ busy_seconds }) => Math.min(100, Math.round(busy_seconds / worker.concurrency / 0.6)));
  const mean = Math.round(busy.reduce((sum, each) => sum + each, 0) / MINUTES);
  const ended = minutes.reduce((sum, { succeeded, failed }) => sum + succeeded + failed, 0);
  const utilisation: ChartSeries[] = [{ key: 'busy', label: 'Slots busy', colour: '--running-dot', values: busy }];
  const attempts: ChartSeries[] = [
    { key: 'succeeded', label: 'Succeeded', colour: '--success-dot', values: minutes.map((each) => each.succeeded) },
    { key: 'failed', label: 'Failed', colour: '--failed-dot', values: minutes.map((each) => each.failed) },
  ];
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Chart
        title="Utilisation"
        summary={`${mean}% of the slots were busy in the last hour`}
        series={utilisation}
        at={at}
        format={percent}
      />
      <Chart
        title="Attempts"
        summary={`${formatNumber(ended)} ended in the last hour`}
        series={attempts}
        at={at}
        format={formatCount}
      />
    </div>
  );
}

function Chart({
  title,
  summary,
  at,
  series,
  format,
}: {
  title: string;
  summary: string;
  at: readonly string[];
  series: readonly ChartSeries[];
  format: (value: number) => string;
}) {
  return (
    <ChartCard title={title} window="1h" at={at} series={series} format={format}>
      {(shown) => (
        <BarChart summary={`${title}: ${summary}`} window="1h" at={at} series={shown} onZoom={() => undefined} />
      )}
    </ChartCard>
  );
}

const percent = (value: number) => `${value}%`;

/** The last hour with the minutes that the server leaves out, in which nothing was done. */
function everyMinute(known: WorkerHistory['minutes'], until: number): WorkerHistory['minutes'] {
  const byStart = new Map(known.map((minute) => [Date.parse(minute.at), minute]));
  const latest = Math.max(Math.floor(until / MINUTE_MS) * MINUTE_MS, ...byStart.keys());
  return Array.from({ length: MINUTES }, (_, index) => {
    const start = latest - (MINUTES - 1 - index) * MINUTE_MS;
    return byStart.get(start) ?? { at: new Date(start).toISOString(), succeeded: 0, failed: 0, busy_seconds: 0 };
  });
}
