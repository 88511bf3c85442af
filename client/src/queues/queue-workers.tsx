import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { workerListQuery } from '../api/workers.js';
import { Meter } from '../ui/meter.js';
import { Card } from '../ui/page.js';
import { WorkerBadge } from '../workers/worker-badge.js';

/** The live workers that take a queue's jobs. */
export function QueueWorkers({ name }: { name: string }) {
  const { data } = useQuery(workerListQuery({ queue: name }));
  const workers = data?.workers.filter((worker) => worker.status === 'ONLINE') ?? [];
  return (
    <Card title="Workers">
      {data && workers.length === 0 && <p className="p-4 text-sm text-muted">Nobody serves this queue.</p>}
      <ul className="divide-y divide-line">
        {workers.map((worker) => (
          <li key={worker.id} className="flex min-h-10 items-center gap-3 px-4 text-sm">
            <WorkerBadge worker={worker} />
            <Link
              to="/workers/$id"
              params={{ id: worker.id }}
              className="min-w-0 flex-1 truncate font-medium underline-offset-2 hover:underline"
            >
              {worker.name ?? worker.hostname}
            </Link>
            <Meter label="Slots used" value={worker.running_count} max={worker.concurrency} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
