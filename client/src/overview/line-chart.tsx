import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { StatsWindow } from '../api/types.js';
import { usePreferences } from '../settings/preferences.js';
import { bucketLabel } from './bucket-label.js';
import type { ChartSeries } from './chart-card.js';
import { crosshair } from './crosshair.js';

const HEIGHT = 196;

interface LineChartProps {
  summary: string;
  window: StatsWindow;
  at: readonly string[];
  series: readonly ChartSeries[];
  format: (value: number) => string;
  /** The least top of the scale, so that a quiet chart does not magnify noise. */
  leastTop: number;
  onZoom: (from: string, to: string) => void;
}

/** Lines over the buckets of a window. Dragging over it zooms. */
export default function LineChart(props: LineChartProps) {
  const { at, series, summary } = props;
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const latest = useRef(props);
  const { theme, zone } = usePreferences();
  const shape = series.map(({ key }) => key).join();

  useEffect(() => {
    latest.current = props;
  });
  // The colours are read from the tokens when the chart is made, so a new theme makes a new chart; new data does not.
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const plot = new uPlot(options(element.clientWidth, latest), columns(latest.current), element);
    chart.current = plot;
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    resize.observe(element);
    const unfollow = crosshair.subscribe(() => {
      const index = crosshair.get();
      const x = index === null ? undefined : plot.data[0][index];
      if (plot.cursor.idx === index || plot.over.matches(':hover')) return;
      plot.setCursor({ left: x === undefined ? -10 : plot.valToPos(x, 'x'), top: 0 }, false);
    });
    return () => {
      unfollow();
      resize.disconnect();
      plot.destroy();
    };
  }, [theme, zone, shape]);
  useEffect(() => chart.current?.setData(columns({ at, series })), [at, series]);

  return <div ref={box} role="img" aria-label={summary} style={{ height: HEIGHT }} />;
}

function columns({ at, series }: Pick<LineChartProps, 'at' | 'series'>): uPlot.AlignedData {
  return [at.map((each) => Date.parse(each) / 1000), ...series.map(({ values }) => [...values])];
}

function options(width: number, latest: { current: LineChartProps }): uPlot.Options {
  const styles = getComputedStyle(document.documentElement);
  const token = (name: string) => styles.getPropertyValue(name).trim();
  const axis = {
    stroke: token('--muted'),
    grid: { stroke: token('--line'), width: 1 },
    ticks: { show: false },
    font: `11px ${getComputedStyle(document.body).fontFamily}`,
  };
  const { window, leastTop, series, format } = latest.current;
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false, setScale: false } },
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(leastTop, (max ?? 0) * 1.1)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        values: (_plot, splits) => splits.map((value) => bucketLabel(new Date(value * 1000).toISOString(), window)),
      },
      { ...axis, size: 56, gap: 4, values: (_plot, splits) => splits.map((value) => format(value)) },
    ],
    series: [
      {},
      ...series.map(({ label, colour, isDashed }) => ({
        label,
        stroke: token(colour),
        width: 1.75,
        spanGaps: true,
        points: { show: false },
        ...(isDashed ? { dash: [4, 4] } : {}),
      })),
    ],
    hooks: {
      setCursor: [(plot) => plot.over.matches(':hover') && crosshair.set(plot.cursor.idx ?? null)],
      ready: [(plot) => plot.over.addEventListener('pointerleave', () => crosshair.set(null))],
      setSelect: [
        (plot) => {
          const { left, width: selected } = plot.select;
          if (selected < 8) return;
          const { at, onZoom } = latest.current;
          const from = at[plot.posToIdx(left)];
          const to = at[plot.posToIdx(left + selected)];
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          if (from && to && from !== to) onZoom(from, to);
        },
      ],
    },
  };
}
