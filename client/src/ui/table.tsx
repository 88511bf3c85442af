import { clsx } from 'clsx';
import { ArrowDown, ArrowUp } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { usePreferences } from '../settings/preferences.js';
import { Skeleton } from './states.js';

/** A table in a card. On phones its rows become cards: see `data-cards` in styles.css. */
export function Table({
  label,
  busy,
  className,
  children,
  ...props
}: ComponentProps<'table'> & { label: string; busy?: boolean }) {
  const { density } = usePreferences();
  return (
    <div className="overflow-x-auto rounded-lg border border-line bg-surface">
      <table
        aria-label={label}
        aria-busy={busy}
        data-density={density}
        className={clsx('data-table w-full border-collapse text-sm', className)}
        {...props}
      >
        {children}
      </table>
    </div>
  );
}

/** A column's head. With `onSort` it is a button, and `aria-sort` says the order. */
export function ColumnHeader({
  children,
  align = 'left',
  sort,
  onSort,
  className,
}: {
  children: ReactNode;
  align?: 'left' | 'right';
  sort?: 'ascending' | 'descending' | 'none';
  onSort?: () => void;
  className?: string;
}) {
  return (
    <th
      scope="col"
      aria-sort={sort}
      className={clsx('text-xs font-medium whitespace-nowrap text-muted', align === 'right' && 'text-right', className)}
    >
      {onSort ? (
        <button type="button" onClick={onSort} className="inline-flex min-h-6 items-center gap-1 rounded hover:text-fg">
          {children}
          {sort === 'ascending' && <ArrowUp aria-hidden className="size-3" />}
          {sort === 'descending' && <ArrowDown aria-hidden className="size-3" />}
        </button>
      ) : (
        children
      )}
    </th>
  );
}

/** Rows of the final height while the first answer is on its way. `columns` has the class of each column, so that the same ones hide. */
export function SkeletonRows({ rows, columns }: { rows: number; columns: readonly (string | undefined)[] }) {
  return Array.from({ length: rows }, (_, row) => (
    <tr key={row}>
      {columns.map((name, column) => (
        <td key={column} className={name}>
          <Skeleton className="h-3.5 w-full max-w-32 min-w-4" />
        </td>
      ))}
    </tr>
  ));
}
