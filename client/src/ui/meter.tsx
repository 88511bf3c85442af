import { clsx } from 'clsx';

/** How much of something is in use: `3/10` with a bar. */
export function Meter({
  label,
  value,
  max,
  width = 'w-16',
}: {
  label: string;
  value: number;
  max: number;
  width?: string;
}) {
  const share = max === 0 ? 0 : Math.min(1, value / max);
  return (
    <span className="inline-flex items-center gap-2">
      <span
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={max}
        aria-valuenow={Math.min(value, max)}
        aria-valuetext={`${value} of ${max}`}
        className={clsx('h-1.5 overflow-hidden rounded-full bg-line forced-colors:border', width)}
      >
        <span
          className={clsx('block h-full rounded-full', share >= 1 ? 'bg-(--retrying-dot)' : 'bg-(--running-dot)')}
          style={{ width: `${share * 100}%` }}
        />
      </span>
      <span className="text-xs tabular text-muted">
        {value}/{max}
      </span>
    </span>
  );
}

/** How far a running job says it is. */
export function Progress({ label, percent, message }: { label: string; percent: number; message?: string | null }) {
  const rounded = Math.round(percent);
  return (
    <span className="flex min-w-0 items-center gap-2">
      <span
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={rounded}
        className="h-1.5 w-full min-w-16 overflow-hidden rounded-full bg-line forced-colors:border"
      >
        <span className="block h-full rounded-full bg-(--running-dot)" style={{ width: `${rounded}%` }} />
      </span>
      <span className="shrink-0 text-xs tabular text-muted">
        {rounded}%{message ? ` · ${message}` : ''}
      </span>
    </span>
  );
}
