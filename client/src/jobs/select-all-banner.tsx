import type { JobListParams } from '../api/jobs.js';
import { Button } from '../ui/button.js';
import { formatCount, formatNumber } from '../ui/format.js';
import { Notice } from '../ui/notice.js';
import { nowMs } from '../ui/ticker.js';
import type { JobRows } from './use-job-rows.js';
import type { useSelection } from './use-selection.js';

/** After a whole page was selected, offers everything that matches. Later arrivals stay outside. */
export function SelectAllBanner({
  list,
  selection,
  params,
}: {
  list: JobRows;
  selection: ReturnType<typeof useSelection>;
  params: JobListParams;
}) {
  const { ids, allMatching } = selection.selection;
  const isPageSelected = list.rows.length > 0 && list.rows.every((job) => ids.has(job.id));
  const total = list.page?.total ?? list.page?.total_estimate;
  // The server's frozen set knows no payload filters.
  if (!isPageSelected || params.payload || total === undefined || total <= list.rows.length) return null;
  const isExact = list.page?.total !== undefined;
  const amount = isExact ? formatNumber(total) : `about ${formatCount(total)}`;
  return (
    <Notice
      role="status"
      action={
        allMatching ? (
          <Button size="sm" onClick={selection.clear}>
            Clear selection
          </Button>
        ) : (
          <Button
            size="sm"
            onClick={() =>
              selection.selectAllMatching({ count: total, isExact, asOf: new Date(nowMs()).toISOString() })
            }
          >
            Select all {amount} matching
          </Button>
        )
      }
    >
      {allMatching ? `All ${amount} matching jobs are selected.` : `${list.rows.length} selected on this page.`}
    </Notice>
  );
}
