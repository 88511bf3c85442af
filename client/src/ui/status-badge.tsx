import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import { statusLooks, type BadgeStatus } from './status.js';
import { Tooltip } from './tooltip.js';

/** Icon and word of a status, coloured by the tokens of `data-status`; the tooltip says what it means. */
export function StatusBadge({
  status,
  detail,
  meaning,
}: {
  status: BadgeStatus;
  /** Follows the word: `2/5 · next in 12 s`. */
  detail?: ReactNode;
  /** Replaces the general explanation by one that fits the case. */
  meaning?: string;
}) {
  const look = statusLooks[status];
  const Icon = look.icon;
  return (
    <Tooltip content={meaning ?? look.meaning}>
      <span
        data-status={status}
        className={clsx(
          'inline-flex h-6 max-w-full items-center gap-1.5 rounded-full px-2 text-xs font-medium whitespace-nowrap tabular',
          'bg-(--s-bg) text-(--s-fg) forced-colors:border',
        )}
      >
        <Icon
          aria-hidden
          className={clsx(
            'size-3.5 shrink-0',
            status !== 'DEAD' && 'text-(--s-dot)',
            status === 'RUNNING' && 'motion-safe:animate-[spin_2s_linear_infinite]',
          )}
        />
        <span className="truncate">
          {look.label}
          {detail && <span data-badge-detail>{detail}</span>}
        </span>
      </span>
    </Tooltip>
  );
}

/** The bare dot of a status, beside a text that names it. */
export function StatusDot({ status }: { status: BadgeStatus }) {
  return <span aria-hidden data-status={status} className="inline-block size-2 shrink-0 rounded-full bg-(--s-dot)" />;
}
