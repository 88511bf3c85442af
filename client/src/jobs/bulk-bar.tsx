import { clsx } from 'clsx';
import { ArrowUpDown, Ban, FolderInput, RotateCw, Trash2, X } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { JobListParams } from '../api/jobs.js';
import type { ActionScope } from '../api/job-actions.js';
import type { BulkAction } from '../api/types.js';
import { useCanWrite } from '../auth/use-can-write.js';
import { Button, IconButton } from '../ui/button.js';
import { formatCount, formatNumber } from '../ui/format.js';
import { ExportMenu } from './export-menu.js';
import type { useSelection } from './use-selection.js';

const BulkDialog = lazy(() => import('./bulk-dialog.js').then((module) => ({ default: module.BulkDialog })));

const actions = [
  { action: 'retry', label: 'Retry', short: 'Retry', of: '', icon: RotateCw },
  { action: 'cancel', label: 'Cancel', short: 'Cancel', of: '', icon: Ban },
  { action: 'prioritize', label: 'Change priority', short: 'Priority', of: 'of ', icon: ArrowUpDown },
  { action: 'move', label: 'Move queue', short: 'Move', of: 'of ', icon: FolderInput },
  { action: 'delete', label: 'Delete', short: 'Delete', of: '', icon: Trash2 },
] as const;

/** On a phone all controls share one line: the icon stands over a short word. */
const STACKED =
  'max-md:h-12 max-md:min-w-0 max-md:flex-col max-md:gap-0.5 max-md:px-0 max-md:text-[11px] max-md:leading-4';

/** What can be done with the selected jobs; each label says with how many. */
export function BulkBar({ selection, params }: { selection: ReturnType<typeof useSelection>; params: JobListParams }) {
  const [action, setAction] = useState<BulkAction | null>(null);
  const canWrite = useCanWrite();
  const { count, clear } = selection;
  const { allMatching } = selection.selection;
  const amount = allMatching
    ? `all ${allMatching.isExact ? formatNumber(count) : `about ${formatCount(count)}`} matching`
    : `${formatNumber(count)} selected`;
  return (
    <>
      <div
        role="toolbar"
        aria-label="Bulk actions"
        className="sticky bottom-4 z-20 mx-auto flex max-w-full items-center gap-1 overflow-x-auto rounded-lg border border-line bg-raised p-1.5 shadow-pop max-md:mx-0 max-md:grid max-md:grid-cols-7 max-md:gap-0"
      >
        <span className="col-span-full px-2 pt-0.5 text-xs whitespace-nowrap text-muted md:hidden">{amount}</span>
        {canWrite &&
          actions.map(({ action: each, label, short, of, icon: Icon }) => (
            <Button
              key={each}
              variant="ghost"
              className={clsx(STACKED, 'row-start-2', each === 'delete' ? '!text-danger-fg' : 'text-fg')}
              aria-label={`${label} ${of}${amount}`}
              onClick={() => setAction(each)}
            >
              <Icon aria-hidden />
              <span className="md:hidden">{short}</span>
              <span className="max-md:hidden">
                {label} {of}
                {amount}
              </span>
            </Button>
          ))}
        <ExportMenu
          params={params}
          ids={allMatching ? undefined : selection.selection.ids}
          what={amount}
          className={clsx(STACKED, 'row-start-2')}
        />
        <IconButton label="Clear selection" shortcut="Esc" onClick={clear} className="row-start-2 max-md:w-full">
          <X />
        </IconButton>
      </div>
      <Suspense>
        {action && (
          <BulkDialog
            action={action}
            scope={scopeOf(selection.selection, params)}
            onClose={() => setAction(null)}
            onStarted={clear}
          />
        )}
      </Suspense>
    </>
  );
}

function scopeOf(
  { ids, allMatching }: ReturnType<typeof useSelection>['selection'],
  params: JobListParams,
): ActionScope {
  if (!allMatching) return { ids: [...ids] };
  const { cursor: _cursor, limit: _limit, sort: _sort, payload: _payload, ...filter } = params;
  return { filter: { ...filter, created_before: filter.created_before ?? allMatching.asOf } };
}
