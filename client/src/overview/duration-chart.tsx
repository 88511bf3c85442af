import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Timeseries } from '../api/types.js';
import { usePreferences } from '../settings/preferences.js';
import { formatDuration } from '../ui/format.js';
import { Card } from '../ui/page.js';

const HEIGHT = 200;

/** How long attempts run: median and 95th percentile per bucket. */
export default function DurationChart({ data }: { data: Timeseries }) {
  const box = useRef<HTMLDivElement>(null);
  const { theme } = usePreferences();
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const chart = new uPlot(options(element.clientWidth), columns(data), element);
    const resize = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      chart.destroy();
    };
    // The colours are read from the tokens when the chart is made, so a new theme makes a new chart.
  }, [data, theme]);
  const latest = data.buckets.findLast((bucket) => bucket.duration_p95_ms !== null);
  const summary =
    latest === undefined || latest.duration_p50_ms === null || latest.duration_p95_ms === null
      ? 'No attempt has ended in this window.'
      : `Latest: median ${formatDuration(latest.duration_p50_ms)}, 95th percentile ${formatDuration(latest.duration_p95_ms)}`;
  return (
    <Card title="Run time" aside={<span className="text-xs tabular text-muted">{summary}</span>}>
      <div className="p-4">
        <div ref={box} role="img" aria-label={`Run time of attempts. ${summary}`} style={{ height: HEIGHT + 32 }} />
      </div>
    </Card>
  );
}

function columns(data: Timeseries): uPlot.AlignedData {
  return [
    data.buckets.map((bucket) => Date.parse(bucket.at) / 1000),
    data.buckets.map((bucket) => bucket.duration_p50_ms),
    data.buckets.map((bucket) => bucket.duration_p95_ms),
  ];
}

function options(width: number): uPlot.Options {
  const styles = getComputedStyle(document.documentElement);
  const token = (name: string) => styles.getPropertyValue(name).trim();
  const axis = {
    stroke: token('--muted'),
    grid: { stroke: token('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui',
  };
  const duration = (_chart: uPlot, value: number | null) => (value === null ? '—' : formatDuration(value));
  return {
    width,
    height: HEIGHT,
    legend: { live: true },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: { y: { range: (_chart, _min, max) => [0, Math.max(10, (max ?? 0) * 1.1)] } },
    axes: [axis, { ...axis, size: 64, values: (_chart, splits) => splits.map((value) => formatDuration(value)) }],
    series: [
      {},
      { label: 'p50', stroke: token('--running-dot'), width: 2, spanGaps: true, value: duration },
      { label: 'p95', stroke: token('--scheduled-dot'), width: 2, spanGaps: true, value: duration },
    ],
  };
}
