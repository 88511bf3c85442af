import { useState } from 'react';
import type { Timeseries, TimeseriesBucket } from '../api/types.js';
import { Button } from '../ui/button.js';
import { formatCount, formatNumber } from '../ui/format.js';
import { Card } from '../ui/page.js';
import { bucketLabel } from './bucket-label.js';

const series = [
  { key: 'succeeded', label: 'Success', status: 'SUCCESS' },
  { key: 'failed', label: 'Failed', status: 'FAILED' },
  { key: 'dead', label: 'Dead', status: 'DEAD' },
  { key: 'cancelled', label: 'Cancelled', status: 'CANCELLED' },
] as const;

type SeriesKey = (typeof series)[number]['key'];

const HEIGHT = 160;

/** Ended jobs per bucket as stacked bars, or as a table. */
export function ThroughputChart({ data }: { data: Timeseries }) {
  const [hidden, setHidden] = useState<ReadonlySet<SeriesKey>>(new Set());
  const [isTable, setTable] = useState(false);
  const shown = series.filter(({ key }) => !hidden.has(key));
  const toggle = (key: SeriesKey) => {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    setHidden(next);
  };
  return (
    <Card
      title="Throughput"
      aside={
        <span className="flex flex-wrap items-center gap-1">
          {series.map(({ key, label, status }) => (
            <button
              key={key}
              type="button"
              aria-pressed={!hidden.has(key)}
              onClick={() => toggle(key)}
              className="flex h-7 items-center gap-1.5 rounded-md px-2 text-xs text-muted hover:bg-hover aria-[pressed=false]:line-through"
            >
              <span aria-hidden data-status={status} className="size-2 rounded-sm bg-(--s-dot)" /> {label}
            </button>
          ))}
          <Button size="sm" variant="ghost" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
            View as {isTable ? 'chart' : 'table'}
          </Button>
        </span>
      }
    >
      {isTable ? <BucketTable data={data} /> : <Bars data={data} shown={shown} />}
    </Card>
  );
}

function Bars({ data, shown }: { data: Timeseries; shown: readonly (typeof series)[number][] }) {
  const [hovered, setHovered] = useState<TimeseriesBucket | null>(null);
  const totals = data.buckets.map((bucket) => shown.reduce((sum, { key }) => sum + bucket[key], 0));
  const max = Math.max(1, ...totals);
  const all = totals.reduce((sum, total) => sum + total, 0);
  const width = 100 / Math.max(1, data.buckets.length);
  return (
    <div className="p-4">
      <div className="flex h-5 justify-between text-xs tabular text-muted">
        <span>{hovered ? bucketLabel(hovered.at, data.window) : `peak ${formatCount(max)}`}</span>
        <span>{hovered && shown.map(({ key, label }) => `${label} ${formatNumber(hovered[key])}`).join(' · ')}</span>
      </div>
      <svg
        role="img"
        aria-label={`${formatNumber(all)} jobs ended in this window, at most ${formatNumber(max)} in one bucket`}
        viewBox={`0 0 100 ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-40 w-full"
        onPointerLeave={() => setHovered(null)}
      >
        {data.buckets.map((bucket, index) => {
          let top = HEIGHT;
          return (
            <g key={bucket.at} onPointerEnter={() => setHovered(bucket)}>
              <rect
                x={index * width}
                y={0}
                width={width}
                height={HEIGHT}
                className={hovered === bucket ? 'fill-hover' : 'fill-transparent'}
              />
              {shown.map(({ key, status }) => {
                const height = (bucket[key] / max) * (HEIGHT - 4);
                top -= height;
                return (
                  <rect
                    key={key}
                    data-status={status}
                    x={index * width + width * 0.12}
                    y={top}
                    width={width * 0.76}
                    height={height}
                    className="fill-(--s-dot)"
                  />
                );
              })}
            </g>
          );
        })}
        <line x1="0" x2="100" y1={HEIGHT} y2={HEIGHT} className="stroke-line" vectorEffect="non-scaling-stroke" />
      </svg>
      <div className="mt-1 flex justify-between text-xs tabular text-muted">
        <span>{data.buckets[0] && bucketLabel(data.buckets[0].at, data.window)}</span>
        <span>now</span>
      </div>
    </div>
  );
}

function BucketTable({ data }: { data: Timeseries }) {
  return (
    // A scrollable region must be reachable by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div role="region" aria-label="Throughput table" tabIndex={0} className="max-h-64 overflow-auto">
      <table aria-label="Throughput" className="w-full text-sm">
        <thead>
          <tr className="text-left text-xs text-muted">
            <th scope="col" className="px-4 py-2 font-medium">
              From
            </th>
            {series.map(({ key, label }) => (
              <th key={key} scope="col" className="px-4 py-2 text-right font-medium">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.buckets.toReversed().map((bucket) => (
            <tr key={bucket.at} className="border-t border-line">
              <td className="px-4 py-1">{bucketLabel(bucket.at, data.window)}</td>
              {series.map(({ key }) => (
                <td key={key} className="px-4 py-1 text-right">
                  {formatNumber(bucket[key])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
