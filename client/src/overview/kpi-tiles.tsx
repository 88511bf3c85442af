import { Link, type LinkProps } from '@tanstack/react-router';
import type { Stats, Timeseries } from '../api/types.js';
import { formatCount, formatNumber } from '../ui/format.js';
import { Sparkline } from './sparkline.js';

interface Tile {
  name: string;
  value: string;
  detail: string;
  link: Pick<LinkProps, 'to' | 'search'>;
  spark?: { values: number[]; status: string };
  isAlarming?: boolean;
}

/** The figures that say whether all is well; each leads to the jobs or workers behind it. */
export function KpiTiles({ stats, series }: { stats: Stats; series?: Timeseries }) {
  return (
    <ul className="grid grid-cols-2 gap-3 max-xl:*:last:col-span-2 md:grid-cols-4 xl:grid-cols-7">
      {tiles(stats, series).map((tile) => (
        <li key={tile.name}>
          <Link
            {...tile.link}
            className="flex h-full flex-col justify-between rounded-lg border border-line bg-surface p-4 transition-colors duration-100 hover:border-control"
          >
            <span className="text-xs font-medium text-muted">{tile.name}</span>
            <span
              className={`mt-1 text-xl font-semibold tracking-tight tabular ${tile.isAlarming ? 'text-danger-fg' : ''}`}
            >
              {tile.value}
            </span>
            <span className="text-xs tabular text-muted">{tile.detail}</span>
            <span className="mt-2 h-6">{tile.spark && <Sparkline {...tile.spark} />}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function tiles(stats: Stats, series: Timeseries | undefined): Tile[] {
  const buckets = series?.buckets ?? [];
  const sum = (key: 'created' | 'started' | 'succeeded' | 'failed' | 'dead') =>
    buckets.reduce((total, bucket) => total + bucket[key], 0);
  const spark = (key: 'created' | 'started' | 'succeeded' | 'failed_attempts' | 'dead', status: string) => ({
    values: buckets.map((bucket) => bucket[key]),
    status,
  });
  const ended = sum('succeeded') + sum('failed') + sum('dead');
  const minutes = Math.max(1, (buckets.length * (series?.bucket_seconds ?? 60)) / 60);
  const rate = ended / minutes;
  const { online, offline, slots, slots_used } = stats.workers;
  const jobsLink = (status: string) => ({ to: '/jobs' as const, search: { status } });
  return [
    {
      name: 'Pending',
      value: formatCount(stats.jobs.PENDING),
      detail: `${formatCount(stats.jobs.SCHEDULED)} scheduled`,
      link: jobsLink('PENDING'),
      spark: spark('created', 'PENDING'),
    },
    {
      name: 'Running',
      value: formatCount(stats.jobs.RUNNING),
      detail: `${formatNumber(slots_used)} of ${formatNumber(slots)} slots`,
      link: jobsLink('RUNNING'),
      spark: spark('started', 'RUNNING'),
    },
    {
      name: 'Retrying',
      value: formatCount(stats.jobs.RETRYING),
      detail: 'wait for their next attempt',
      link: jobsLink('RETRYING'),
      spark: spark('failed_attempts', 'RETRYING'),
    },
    {
      name: 'Dead',
      value: formatCount(stats.jobs.DEAD),
      detail: `${formatCount(sum('dead'))} in this window`,
      link: jobsLink('DEAD'),
      spark: spark('dead', 'FAILED'),
      isAlarming: stats.jobs.DEAD > 0,
    },
    {
      name: 'Success rate',
      value: ended === 0 ? '—' : `${((sum('succeeded') / ended) * 100).toFixed(1)}%`,
      detail: `of ${formatCount(ended)} finished`,
      link: jobsLink('SUCCESS'),
      spark: spark('succeeded', 'SUCCESS'),
    },
    {
      name: 'Throughput',
      value: `${rate >= 10 ? formatCount(Math.round(rate)) : rate.toFixed(1)}/min`,
      detail: 'finished on average',
      link: { to: '/jobs', search: {} },
      spark: spark('succeeded', 'SUCCESS'),
    },
    {
      name: 'Workers online',
      value: `${formatNumber(online)} / ${formatNumber(online + offline)}`,
      detail: offline > 0 ? `${formatNumber(offline)} offline` : 'all of them',
      link: { to: '/workers', search: {} },
      isAlarming: online === 0,
    },
  ];
}
