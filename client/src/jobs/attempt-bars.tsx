import type { Attempt } from '../api/types.js';
import { formatDuration } from '../ui/format.js';

/** The time that the bars share, in milliseconds. */
export interface TimeAxis {
  startMs: number;
  endMs: number;
}

/** How an attempt lies in the life of its job: the wait or backoff before it, then its run. */
export function AttemptBar({
  attempt,
  previousEndMs,
  axis,
}: {
  attempt: Attempt;
  /** When the attempt before it ended; null for the first. */
  previousEndMs: number | null;
  axis: TimeAxis;
}) {
  const started = Date.parse(attempt.started_at);
  const finished = attempt.finished_at ? Date.parse(attempt.finished_at) : axis.endMs;
  const left = (ms: number) => `${share(ms - axis.startMs, axis)}%`;
  const width = (ms: number) => `${share(ms, axis)}%`;
  const waitedFrom = previousEndMs ?? axis.startMs;
  return (
    <span aria-hidden data-status={attempt.status} className="relative h-5 overflow-hidden">
      {previousEndMs === null ? (
        <span
          className="absolute inset-y-1.5 rounded-l-sm bg-[repeating-linear-gradient(135deg,var(--control)_0_1px,transparent_1px_5px)]"
          style={{ left: left(waitedFrom), width: width(started - waitedFrom) }}
        />
      ) : (
        <span
          className="absolute top-1/2 border-t-2 border-dotted border-control"
          style={{ left: left(waitedFrom), width: width(started - waitedFrom) }}
        />
      )}
      <span
        className="absolute inset-y-1 min-w-1 rounded-sm bg-(--s-dot)"
        style={{ left: `min(${left(started)}, 100% - 4px)`, width: width(finished - started) }}
      />
    </span>
  );
}

/** The scale above the bars: time since the job was created. */
export function AxisScale({ axis }: { axis: TimeAxis }) {
  const span = axis.endMs - axis.startMs;
  return (
    <span aria-hidden className="flex justify-between text-[11px] leading-4 whitespace-nowrap tabular text-muted">
      {[0, 0.25, 0.5, 0.75, 1].map((part) => (
        <span key={part} className={part === 0.25 || part === 0.75 ? 'max-sm:hidden' : undefined}>
          {part === 0 ? '0' : formatDuration(span * part)}
        </span>
      ))}
    </span>
  );
}

/** What the three kinds of bar mean. */
export function BarLegend() {
  return (
    <span aria-hidden className="flex items-center gap-3 text-xs text-muted max-sm:hidden">
      <span className="flex items-center gap-1.5">
        <span className="h-2 w-4 bg-[repeating-linear-gradient(135deg,var(--control)_0_1px,transparent_1px_5px)]" />{' '}
        Wait
      </span>
      <span className="flex items-center gap-1.5">
        <span className="h-2.5 w-4 rounded-sm bg-control" /> Run
      </span>
      <span className="flex items-center gap-1.5">
        <span className="w-4 border-t-2 border-dotted border-control" /> Backoff
      </span>
    </span>
  );
}

function share(ms: number, axis: TimeAxis): number {
  return Math.max(0, Math.min(100, (ms / (axis.endMs - axis.startMs)) * 100));
}
