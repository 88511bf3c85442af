import { Link } from '@tanstack/react-router';
import type { Worker } from '../api/types.js';
import { formatBytes, formatCount, plural } from '../ui/format.js';

/** How many attempts a worker reported in the last hour, failures apart. */
export function LastHour({ worker }: { worker: Worker }) {
  const { succeeded_last_hour: succeeded, failed_last_hour: failed } = worker;
  return (
    <span className="tabular whitespace-nowrap">
      {formatCount(succeeded + failed)}
      {failed > 0 && <span className="text-danger-fg"> · {formatCount(failed)} failed</span>}
    </span>
  );
}

/** Processor and memory, for workers that say so. */
export function ProcessUse({ worker: { cpu_percent: cpu, rss_bytes: rss } }: { worker: Worker }) {
  if (cpu === null && rss === null) return <span className="text-muted">—</span>;
  return (
    <span className="tabular whitespace-nowrap">
      {[cpu === null ? null : `${Math.round(cpu)}%`, rss === null ? null : formatBytes(rss)]
        .filter(Boolean)
        .join(' · ')}
    </span>
  );
}

/** Leads to the jobs that a worker held when it fell silent; nothing when there were none in the last day. */
export function LostJobs({ worker }: { worker: Worker }) {
  if (worker.lost_last_day === 0) return null;
  return (
    <Link
      to="/workers/$id"
      params={{ id: worker.id }}
      hash="lost"
      className="text-danger-fg underline-offset-2 hover:underline"
    >
      Lost {plural(worker.lost_last_day, 'job')}, requeued
    </Link>
  );
}
