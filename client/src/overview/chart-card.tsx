import { useState, type ReactNode } from 'react';
import { Table2 } from 'lucide-react';
import type { StatsWindow } from '../api/types.js';
import { IconButton } from '../ui/button.js';
import { useStore } from '../ui/external-store.js';
import { Card } from '../ui/page.js';
import { bucketLabel } from './bucket-label.js';
import { crosshair } from './crosshair.js';

export interface ChartSeries {
  key: string;
  label: string;
  /** A custom property of tokens.css. */
  colour: `--${string}`;
  isDashed?: boolean;
  /** One value per bucket; null where there was nothing to measure. */
  values: readonly (number | null)[];
}

interface ChartCardProps {
  title: string;
  window: StatsWindow;
  /** Start of each bucket. */
  at: readonly string[];
  series: readonly ChartSeries[];
  format: (value: number) => string;
  /** Draws the series that are switched on. */
  children: (shown: readonly ChartSeries[]) => ReactNode;
  className?: string;
}

/** The frame of every chart: a legend that switches series, the values under the crosshair, and the same figures as a table. */
export function ChartCard({ title, window, at, series, format, children, className }: ChartCardProps) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [isTable, setTable] = useState(false);
  const toggle = (key: string) => {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    setHidden(next);
  };
  return (
    <Card
      title={title}
      className={className}
      aside={
        <span className="-my-1 flex items-center gap-2">
          <TimeAt at={at} window={window} />
          <IconButton
            label={`View ${title} as ${isTable ? 'chart' : 'table'}`}
            aria-pressed={isTable}
            onClick={() => setTable(!isTable)}
          >
            <Table2 />
          </IconButton>
        </span>
      }
    >
      <ul className="flex min-h-7 flex-wrap items-center gap-x-1 px-2 pt-2 pointer-coarse:min-h-11">
        {series.map((each) => (
          <li key={each.key}>
            <button
              type="button"
              aria-pressed={!hidden.has(each.key)}
              onClick={() => toggle(each.key)}
              className="flex h-7 items-center gap-1.5 rounded-md px-2 text-xs text-muted hover:bg-hover aria-[pressed=false]:line-through pointer-coarse:h-11"
            >
              <span
                aria-hidden
                className={`w-4 border-t-2 ${each.isDashed ? 'border-dashed' : 'border-solid'}`}
                style={{ borderColor: `var(${each.colour})` }}
              />
              {each.label} <ValueAt series={each} format={format} />
            </button>
          </li>
        ))}
      </ul>
      {isTable ? (
        <BucketTable {...{ title, window, at, series, format }} />
      ) : (
        <div className="px-4 pt-1 pb-3">{children(series.filter(({ key }) => !hidden.has(key)))}</div>
      )}
    </Card>
  );
}

/** The value under the crosshair, of this and of the other charts; the latest one while nothing is pointed at. */
function ValueAt({ series, format }: { series: ChartSeries; format: (value: number) => string }) {
  const index = useStore(crosshair);
  const value = index === null ? series.values.findLast((each) => each !== null) : series.values[index];
  return (
    <span className="font-medium tabular text-fg">{value === null || value === undefined ? '—' : format(value)}</span>
  );
}

function TimeAt({ at, window }: { at: readonly string[]; window: StatsWindow }) {
  const index = useStore(crosshair);
  const bucket = index === null ? undefined : at[index];
  return <span className="text-xs tabular text-muted">{bucket ? bucketLabel(bucket, window) : 'Latest'}</span>;
}

function BucketTable({ title, window, at, series, format }: Omit<ChartCardProps, 'children'>) {
  return (
    // A scrollable region must be reachable by keyboard.
    <div
      role="region"
      aria-label={`${title} table`}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="mt-2 h-52 overflow-auto border-t border-line -outline-offset-2"
    >
      <table aria-label={title} className="w-full text-sm">
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
          {at
            .map((bucket, index) => (
              <tr key={bucket} className="border-t border-line">
                <td className="px-4 py-1">{bucketLabel(bucket, window)}</td>
                {series.map(({ key, values }) => (
                  <td key={key} className="px-4 py-1 text-right">
                    {formatted(values[index], format)}
                  </td>
                ))}
              </tr>
            ))
            .toReversed()}
        </tbody>
      </table>
    </div>
  );
}

function formatted(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? '—' : format(value);
}
