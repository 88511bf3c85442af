import { useQuery } from '@tanstack/react-query';
import { useMemo, type ReactNode } from 'react';
import type { JobSummary } from '../api/types.js';
import { workerListQuery } from '../api/workers.js';
import { usePreferences } from '../settings/preferences.js';
import { createStore } from '../ui/external-store.js';
import { ColumnHeader, SkeletonRows, Table } from '../ui/table.js';
import { columnClass, jobColumns, visibleColumns, type JobColumn } from './job-columns.js';
import { JobRow } from './job-row.js';
import type { JobCommands } from './use-job-commands.js';

/** True while the pointer or the focus is inside the table: then no row may move. */
export const isTableBusy = createStore(false);

export interface JobTableProps {
  rows: readonly JobSummary[];
  staleIds: ReadonlySet<string>;
  freshId: string | null;
  selectedIds: ReadonlySet<string>;
  isAllSelected: boolean;
  focusedId: string | null;
  isLoading: boolean;
  isBusy: boolean;
  isAscending: boolean;
  skeletonRows: number;
  onSort: () => void;
  onToggle: (id: string, extend: boolean) => void;
  onTogglePage: () => void;
  commands: JobCommands;
  /** Shown in place of rows. */
  empty: ReactNode;
}

/** The list of jobs. */
export function JobTable(props: JobTableProps) {
  const columns = visibleColumns(usePreferences());
  const { data: workers } = useQuery(workerListQuery());
  const workerNames = useMemo(
    () => new Map(workers?.workers.map((worker) => [worker.id, worker.name ?? worker.hostname])),
    [workers],
  );
  if (!props.isLoading && props.rows.length === 0) {
    return <div className="rounded-lg border border-line bg-surface">{props.empty}</div>;
  }
  return (
    <div
      onPointerEnter={() => isTableBusy.set(true)}
      onPointerLeave={() => isTableBusy.set(false)}
      onFocus={() => isTableBusy.set(true)}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) isTableBusy.set(false);
      }}
    >
      <Table label="Jobs" busy={props.isBusy} data-cards>
        <Head columns={columns} {...props} />
        <tbody>
          {props.isLoading && (
            <SkeletonRows
              rows={props.skeletonRows}
              columns={(['select', 'status', 'type', ...columns, 'actions'] as const).map((id) => columnClass[id])}
            />
          )}
          {props.rows.map((job) => (
            <JobRow
              key={job.id}
              job={job}
              columns={columns}
              workerName={job.worker_id ? workerNames.get(job.worker_id) : undefined}
              isSelected={props.isAllSelected || props.selectedIds.has(job.id)}
              isFocused={job.id === props.focusedId}
              isStale={props.staleIds.has(job.id)}
              isFresh={job.id === props.freshId}
              onToggle={props.onToggle}
              commands={props.commands}
            />
          ))}
        </tbody>
      </Table>
    </div>
  );
}

function Head({
  columns,
  rows,
  selectedIds,
  isAllSelected,
  isAscending,
  onSort,
  onTogglePage,
}: JobTableProps & { columns: readonly JobColumn[] }) {
  const selectedHere = rows.filter((job) => selectedIds.has(job.id)).length;
  const isFull = isAllSelected || (rows.length > 0 && selectedHere === rows.length);
  const labels = new Map(jobColumns.map((column) => [column.id, column.label]));
  return (
    <thead>
      <tr>
        <th scope="col" className={columnClass.select}>
          <input
            type="checkbox"
            className="ml-1 size-4 align-middle"
            aria-label="Select all jobs on this page"
            checked={isFull}
            ref={(box) => {
              if (box) box.indeterminate = !isFull && selectedHere > 0;
            }}
            onChange={onTogglePage}
          />
        </th>
        <ColumnHeader className={columnClass.status}>Status</ColumnHeader>
        <ColumnHeader className={columnClass.type}>Type</ColumnHeader>
        {columns.map((column) =>
          column === 'created' ? (
            <ColumnHeader
              key={column}
              sort={isAscending ? 'ascending' : 'descending'}
              onSort={onSort}
              className={columnClass.created}
            >
              Created
            </ColumnHeader>
          ) : (
            <ColumnHeader key={column} className={columnClass[column]}>
              {labels.get(column)}
            </ColumnHeader>
          ),
        )}
        <th scope="col" className={columnClass.actions}>
          <span className="sr-only">Actions</span>
        </th>
      </tr>
    </thead>
  );
}
