import type { BulkAction, JobsAction } from '../api/types.js';
import { plural } from '../ui/format.js';

/** What an action does, such as "Move 12 jobs to queue email". */
export function bulkTitle(
  action: BulkAction,
  total: number,
  { queue, priority }: Partial<Pick<JobsAction, 'queue' | 'priority'>>,
): string {
  const jobs = plural(total, 'job');
  switch (action) {
    case 'retry':
      return `Retry ${jobs}`;
    case 'cancel':
      return `Cancel ${jobs}`;
    case 'delete':
      return `Delete ${jobs}`;
    case 'move':
      return `Move ${jobs} to queue ${queue}`;
    case 'prioritize':
      return `Give ${jobs} priority ${priority}`;
  }
}
