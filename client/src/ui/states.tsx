import { CircleAlert, Hourglass, type LucideIcon } from 'lucide-react';
import { clsx } from 'clsx';
import { useEffect, useState, type ReactNode } from 'react';
import { ApiError, messageOf } from '../api/api-error.js';
import { Button } from './button.js';

/** Nothing to show, and what to do about it. */
export function EmptyState({
  icon: Icon,
  title,
  children,
  actions,
}: {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center px-6 py-16 text-center">
      <span className="mb-4 flex size-10 items-center justify-center rounded-lg border border-line bg-subtle">
        <Icon aria-hidden className="size-5 text-muted" />
      </span>
      <h2 className="text-base font-semibold">{title}</h2>
      {children && <div className="mt-1 max-w-lg space-y-3 text-sm text-muted">{children}</div>}
      {actions && <div className="mt-5 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}

/** A failed load: what happened, the request id for a bug report, and a way to try again. */
export function ErrorState({ error, what, onRetry }: { error: unknown; what: string; onRetry: () => void }) {
  const timedOut = error instanceof ApiError && error.code === 'timeout';
  const Icon = timedOut ? Hourglass : CircleAlert;
  return (
    <div role="alert" className="flex flex-col items-center px-6 py-16 text-center">
      <span className="mb-4 flex size-10 items-center justify-center rounded-lg bg-danger-soft">
        <Icon aria-hidden className="size-5 text-danger-fg" />
      </span>
      <h2 className="text-base font-semibold">{timedOut ? 'This query took too long' : `Could not load ${what}`}</h2>
      <p className="mt-1 max-w-lg text-sm text-muted">
        {timedOut ? 'Narrow the time range or use fewer filters, then try again.' : messageOf(error)}
      </p>
      {error instanceof ApiError && error.requestId && (
        <p className="mt-1 font-mono text-xs text-muted">Request {error.requestId}</p>
      )}
      <Button className="mt-5" onClick={onRetry}>
        Try again
      </Button>
    </div>
  );
}

/** A grey bar where content will be. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <span aria-hidden className={clsx('block rounded bg-hover motion-safe:animate-pulse', className ?? 'h-4 w-24')} />
  );
}

/** True once `waiting` has lasted 150 ms: a fast answer shows no skeleton at all. */
export function useSlow(waiting: boolean): boolean {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    if (!waiting) return;
    const timer = window.setTimeout(() => setSlow(true), 150);
    return () => {
      window.clearTimeout(timer);
      setSlow(false);
    };
  }, [waiting]);
  return waiting && isSlow;
}
