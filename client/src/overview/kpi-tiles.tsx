import { Link, type LinkProps } from '@tanstack/react-router';
import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import type { Stats, StatsWindow, Timeseries, TimeseriesBucket } from '../api/types.js';
import { formatCount, formatDuration, formatNumber } from '../ui/format.js';
import { Meter } from '../ui/meter.js';
import { Sparkline } from './sparkline.js';
import { windowText } from './stats-window.js';

interface Tile {
  name: string;
  value: string;
  detail: string;
  link: Pick<LinkProps, 'to' | 'search'>;
  shape: ReactNode;
  isAlarming?: boolean;
}

/** The figures that say whether all is well; each leads to the jobs or workers behind it. */
export function KpiTiles(props: { stats: Stats; series?: Timeseries; window: StatsWindow }) {
  return (
    <ul className="grid grid-cols-2 gap-3 max-xl:*:last:col-span-2 md:grid-cols-4 xl:grid-cols-7">
      {[...jobTiles(props), ...flowTiles(props), workerTile(props.stats)].map((tile) => (
        <li key={tile.name} className="min-w-0">
          <Link
            {...tile.link}
            className="flex h-full flex-col rounded-lg border border-line bg-surface px-4 py-3 transition-colors duration-100 hover:border-control"
          >
            <span className="text-xs font-medium text-muted">{tile.name}</span>
            <span
              className={clsx(
                'text-2xl leading-8 font-semibold tracking-tight tabular',
                tile.isAlarming && 'text-danger-fg',
              )}
            >
              {tile.value}
            </span>
            <span className="truncate text-xs tabular text-muted" title={tile.detail}>
              {tile.detail}
            </span>
            <span className="mt-2 flex h-6 items-center">{tile.shape}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function jobTiles({ stats, series }: { stats: Stats; series?: Timeseries }): Tile[] {
  const buckets = series?.buckets ?? [];
  const shape = (key: 'backlog' | 'started' | 'failed_attempts' | 'dead', status: string) => (
    <Sparkline values={buckets.map((bucket) => bucket[key])} status={status} />
  );
  const jobsLink = (search: { status: string; from?: string }) => ({ to: '/jobs' as const, search });
  const age = stats.oldest_pending_seconds;
  return [
    {
      name: 'Pending',
      value: formatCount(stats.jobs.PENDING),
      detail: age === null ? 'nothing waits' : `oldest ${formatDuration(age * 1000)}`,
      link: jobsLink({ status: 'PENDING' }),
      shape: shape('backlog', 'PENDING'),
    },
    {
      name: 'Running',
      value: formatCount(stats.jobs.RUNNING),
      detail: `${formatNumber(stats.workers.slots_used)} of ${formatNumber(stats.workers.slots)} slots`,
      link: jobsLink({ status: 'RUNNING' }),
      shape: shape('started', 'RUNNING'),
    },
    {
      name: 'Retrying',
      value: formatCount(stats.jobs.RETRYING),
      detail: `${formatCount(sum(buckets, 'failed_attempts'))} failed tries`,
      link: jobsLink({ status: 'RETRYING' }),
      shape: shape('failed_attempts', 'RETRYING'),
    },
    {
      name: 'Dead, 24 h',
      value: formatCount(stats.dead_last_24h),
      detail: `${formatCount(stats.jobs.DEAD)} in all`,
      link: jobsLink({ status: 'DEAD', from: '-24h' }),
      shape: shape('dead', 'FAILED'),
      isAlarming: stats.dead_last_24h > 0,
    },
  ];
}

function flowTiles({ series, window }: { series?: Timeseries; window: StatsWindow }): Tile[] {
  const buckets = series?.buckets ?? [];
  const ended = endedIn(buckets);
  const minutes = Math.max(1, (buckets.length * (series?.bucket_seconds ?? 60)) / 60);
  const [earlier, later] = [buckets.slice(0, buckets.length / 2), buckets.slice(buckets.length / 2)];
  const rate = ended / minutes;
  return [
    {
      name: 'Success rate',
      value: ended === 0 ? '—' : percent(sum(buckets, 'succeeded') / ended),
      detail: `of ${formatCount(ended)} ended`,
      link: { to: '/jobs', search: { status: 'SUCCESS' } },
      shape: <Sparkline values={buckets.map(successRate)} status="SUCCESS" />,
    },
    {
      name: 'Throughput',
      value: `${rate >= 10 ? formatCount(Math.round(rate)) : rate.toFixed(1)}/min`,
      detail: change(endedIn(earlier), endedIn(later)) ?? windowText(window),
      link: { to: '/jobs', search: {} },
      shape: <Sparkline values={buckets.map((bucket) => endedIn([bucket]))} status="SUCCESS" />,
    },
  ];
}

function workerTile({ workers: { online, offline, slots, slots_used } }: Stats): Tile {
  return {
    name: 'Workers online',
    value: `${formatNumber(online)} / ${formatNumber(online + offline)}`,
    detail: offline > 0 ? `${formatNumber(offline)} offline` : online > 0 ? 'none is offline' : 'nobody takes jobs',
    link: { to: '/workers', search: {} },
    shape: <Meter label="Slots used" value={slots_used} max={slots} width="w-14" />,
    isAlarming: online === 0,
  };
}

type CountKey = 'succeeded' | 'failed' | 'dead' | 'failed_attempts';

function sum(buckets: readonly TimeseriesBucket[], key: CountKey): number {
  return buckets.reduce((total, bucket) => total + bucket[key], 0);
}

function endedIn(buckets: readonly TimeseriesBucket[]): number {
  return sum(buckets, 'succeeded') + sum(buckets, 'failed') + sum(buckets, 'dead');
}

function successRate(bucket: TimeseriesBucket): number {
  const ended = endedIn([bucket]);
  return ended === 0 ? 1 : bucket.succeeded / ended;
}

function percent(share: number): string {
  // 99.96 % must not read as 100 %: somebody failed.
  return `${(Math.floor(share * 1000) / 10).toFixed(share === 1 ? 0 : 1)}%`;
}

/** How the later half of the window compares with the earlier one. */
function change(earlier: number, later: number): string | undefined {
  if (earlier === 0 || later === 0) return undefined;
  const share = Math.round((later / earlier - 1) * 100);
  if (share === 0) return 'steady';
  return `${share > 0 ? '↑' : '↓'} ${formatNumber(Math.abs(share))}% vs first half`;
}
