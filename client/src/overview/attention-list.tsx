import { useQuery } from '@tanstack/react-query';
import { Link, type LinkProps } from '@tanstack/react-router';
import { ChevronRight, CircleCheck, OctagonAlert, TriangleAlert } from 'lucide-react';
import { queueListQuery } from '../api/queues.js';
import { errorGroupsQuery } from '../api/stats.js';
import type { ErrorGroup, Queue, StatsWindow, Worker } from '../api/types.js';
import { workerListQuery } from '../api/workers.js';
import { formatDuration, plural } from '../ui/format.js';
import { Card } from '../ui/page.js';
import { Skeleton } from '../ui/states.js';
import { RelativeTime } from '../ui/time.js';

const OLD_PENDING_SECONDS = 300;
const MAX_ITEMS = 12;

interface Item {
  key: string;
  isSevere: boolean;
  text: string;
  link: Pick<LinkProps, 'to' | 'search' | 'params'>;
}

/** What somebody should look at, most severe first. */
export function AttentionList({ window }: { window: StatsWindow }) {
  const queues = useQuery(queueListQuery());
  const workers = useQuery(workerListQuery());
  const errors = useQuery(errorGroupsQuery(window));
  const checkedAt = Math.min(queues.dataUpdatedAt, workers.dataUpdatedAt, errors.dataUpdatedAt);
  const isLoaded = queues.data && workers.data && errors.data;
  const items = isLoaded
    ? [
        ...queues.data.queues.flatMap(queueItems),
        ...workers.data.workers.flatMap(workerItems),
        ...errors.data.slice(0, 3).map(errorItem),
      ].toSorted((a, b) => Number(b.isSevere) - Number(a.isSevere))
    : [];
  return (
    <Card title="Needs attention">
      {!isLoaded && <Skeleton className="m-4 h-5 w-48" />}
      {isLoaded && items.length === 0 && (
        <div className="flex flex-col items-center justify-center gap-1 px-4 py-20 text-center text-sm">
          <CircleCheck aria-hidden className="mb-1 size-6 text-(--success-dot)" />
          <p className="font-medium">All clear</p>
          <p className="text-xs text-muted">
            Checked <RelativeTime at={new Date(checkedAt).toISOString()} />
          </p>
        </div>
      )}
      <ul className="max-h-65 divide-y divide-line overflow-y-auto">
        {items.slice(0, MAX_ITEMS).map((item) => (
          <li key={item.key}>
            <Link
              {...item.link}
              className="flex min-h-10 items-center gap-2 px-4 py-2 text-sm -outline-offset-2 hover:bg-hover"
            >
              {item.isSevere ? (
                <OctagonAlert aria-label="Severe" className="size-4 shrink-0 text-danger-fg" />
              ) : (
                <TriangleAlert aria-label="Warning" className="size-4 shrink-0 text-warn-fg" />
              )}
              <span className="min-w-0 flex-1 truncate max-sm:line-clamp-2 max-sm:whitespace-normal" title={item.text}>
                {item.text}
              </span>
              <ChevronRight aria-hidden className="size-4 shrink-0 text-muted" />
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function queueItems(queue: Queue): Item[] {
  const link = { to: '/queues/$name' as const, params: { name: queue.name } };
  if (queue.pending === 0) return [];
  const waiting = `${plural(queue.pending, 'job')} waiting`;
  if (queue.is_paused) {
    return [
      { key: `paused ${queue.name}`, isSevere: false, text: `Queue ${queue.name} is paused with ${waiting}`, link },
    ];
  }
  if (queue.workers === 0) {
    return [
      { key: `stuck ${queue.name}`, isSevere: true, text: `Queue ${queue.name} has ${waiting} and no worker`, link },
    ];
  }
  const age = queue.oldest_pending_seconds ?? 0;
  if (age < OLD_PENDING_SECONDS) return [];
  const text = `Queue ${queue.name}: the oldest job has waited ${formatDuration(age * 1000)}`;
  return [{ key: `old ${queue.name}`, isSevere: false, text, link }];
}

function workerItems(worker: Worker): Item[] {
  if (worker.status === 'ONLINE' || worker.running_count === 0) return [];
  return [
    {
      key: `worker ${worker.id}`,
      isSevere: true,
      text: `Worker ${worker.name ?? worker.hostname} fell silent with ${plural(worker.running_count, 'job')}`,
      link: { to: '/workers/$id', params: { id: worker.id } },
    },
  ];
}

function errorItem(group: ErrorGroup): Item {
  return {
    key: `error ${group.fingerprint}`,
    isSevere: false,
    text: `${group.type} failed ${plural(group.occurrences, 'time')}: ${group.message.slice(0, 120)}`,
    link: { to: '/jobs', search: { error: group.fingerprint } },
  };
}
