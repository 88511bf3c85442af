import { useState, type PointerEvent } from 'react';
import type { StatsWindow } from '../api/types.js';
import { useStore } from '../ui/external-store.js';
import { formatCount } from '../ui/format.js';
import { bucketLabel } from './bucket-label.js';
import type { ChartSeries } from './chart-card.js';
import { crosshair } from './crosshair.js';

const HEIGHT = 172;

interface BarChartProps {
  summary: string;
  window: StatsWindow;
  at: readonly string[];
  series: readonly ChartSeries[];
  onZoom: (from: string, to: string) => void;
}

/** One stacked bar per bucket. Dragging over it zooms. */
export function BarChart({ summary, window, at, series, onZoom }: BarChartProps) {
  const marked = useStore(crosshair);
  const [dragStart, setDragStart] = useState<number | null>(null);
  const totals = at.map((_bucket, index) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0));
  const middle = niceStep(Math.max(4, ...totals) / 2);
  const top = 2 * middle;
  const width = 100 / Math.max(1, at.length);
  const indexOf = (event: PointerEvent<SVGSVGElement>) => {
    const { left, width: full } = event.currentTarget.getBoundingClientRect();
    return Math.min(at.length - 1, Math.max(0, Math.floor(((event.clientX - left) / full) * at.length)));
  };
  const drop = (event: PointerEvent<SVGSVGElement>) => {
    const end = indexOf(event);
    const from = at[Math.min(dragStart ?? end, end)];
    const to = at[Math.max(dragStart ?? end, end)];
    setDragStart(null);
    if (dragStart !== null && from && to && Math.abs(end - dragStart) > 1) onZoom(from, to);
  };
  const isMarked = (index: number) =>
    index === marked ||
    (dragStart !== null &&
      marked !== null &&
      index >= Math.min(dragStart, marked) &&
      index <= Math.max(dragStart, marked));

  return (
    <div className="flex h-49 gap-2">
      <div
        aria-hidden
        className="-my-1.5 flex h-46 w-10 flex-col justify-between text-right text-[11px] leading-3 text-muted"
      >
        <span>{formatCount(top)}</span>
        <span>{formatCount(middle)}</span>
        <span>0</span>
      </div>
      <div className="min-w-0 flex-1">
        <svg
          role="img"
          aria-label={summary}
          viewBox={`0 0 100 ${HEIGHT}`}
          preserveAspectRatio="none"
          className="h-43 w-full touch-pan-y"
          onPointerMove={(event) => crosshair.set(indexOf(event))}
          onPointerLeave={() => {
            crosshair.set(null);
            setDragStart(null);
          }}
          onPointerDown={(event) => setDragStart(indexOf(event))}
          onPointerUp={drop}
        >
          {[0, HEIGHT / 2].map((y) => (
            <line key={y} x1="0" x2="100" y1={y} y2={y} className="stroke-line" vectorEffect="non-scaling-stroke" />
          ))}
          {at.map((bucket, index) => (
            <g key={bucket}>
              {isMarked(index) && <rect x={index * width} width={width} height={HEIGHT} className="fill-hover" />}
              {stacked(series, index, top).map(({ key, colour, y, height }) => (
                <rect
                  key={key}
                  x={index * width + width * 0.14}
                  y={y}
                  width={width * 0.72}
                  height={height}
                  style={{ fill: `var(${colour})` }}
                />
              ))}
            </g>
          ))}
          <line x1="0" x2="100" y1={HEIGHT} y2={HEIGHT} className="stroke-control" vectorEffect="non-scaling-stroke" />
        </svg>
        <div aria-hidden className="mt-2 flex justify-between text-[11px] leading-none tabular text-muted">
          {[0, 0.25, 0.5, 0.75, 1].map((share) => {
            const bucket = at[Math.round(share * (at.length - 1))];
            return <span key={share}>{bucket && bucketLabel(bucket, window)}</span>;
          })}
        </div>
      </div>
    </div>
  );
}

/** The next round number from `least` on, to label an axis with. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const digit = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8].find((each) => each * power >= least && Number.isInteger(each * power));
  return (digit ?? 10) * power;
}

/** The parts of one bar from the bottom up. */
function stacked(series: readonly ChartSeries[], index: number, top: number) {
  let y = HEIGHT;
  return series.flatMap(({ key, colour, values }) => {
    const height = ((values[index] ?? 0) / top) * (HEIGHT - 2);
    y -= height;
    return height === 0 ? [] : [{ key, colour, y, height }];
  });
}
