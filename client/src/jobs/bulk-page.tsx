import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { ArrowLeft, Ban } from 'lucide-react';
import { messageOf } from '../api/api-error.js';
import { abortAction, actionQuery } from '../api/job-actions.js';
import type { JobsAction } from '../api/types.js';
import { useCanWrite } from '../auth/use-can-write.js';
import { Button } from '../ui/button.js';
import { notify } from '../ui/notify.js';
import { Card, Page } from '../ui/page.js';
import { formatNumber, shortId } from '../ui/format.js';
import { ErrorState, Skeleton } from '../ui/states.js';
import { DateTime } from '../ui/time.js';
import { bulkTitle } from './bulk-words.js';

const route = getRouteApi('/shell/bulk/$token');

/** The progress of a bulk action. The page may be left: the action runs on the server. */
export function BulkPage() {
  const { token } = route.useParams();
  const query = useQuery({
    ...actionQuery(token),
    refetchInterval: ({ state }) => (state.data?.finished_at ? false : 1000),
  });
  const canWrite = useCanWrite();
  const [isAborting, setAborting] = useState(false);
  const abort = async () => {
    setAborting(true);
    await abortAction(token).catch((error: unknown) => notify('error', `Not aborted: ${messageOf(error)}`));
    await query.refetch();
    setAborting(false);
  };
  const action = query.data;
  const handled = action ? action.done + action.skipped : 0;
  return (
    <Page title="Bulk action">
      <Link to="/jobs" className="inline-flex w-fit items-center gap-1 text-sm text-muted hover:text-fg">
        <ArrowLeft aria-hidden className="size-4" /> Jobs
      </Link>
      <Card title={action ? bulkTitle(action.action, action.total, action) : 'Bulk action'} className="max-w-2xl">
        {query.isPending && <Skeleton className="m-4 h-24" />}
        {query.isError && !action && (
          <ErrorState error={query.error} what="this action" onRetry={() => void query.refetch()} />
        )}
        {action && (
          <div className="space-y-4 p-4">
            <div
              role="progressbar"
              aria-label="Progress"
              aria-valuemin={0}
              aria-valuemax={action.total}
              aria-valuenow={handled}
              className="h-2 overflow-hidden rounded-full bg-line"
            >
              <div
                className="h-full rounded-full bg-(--success-dot)"
                style={{ width: `${action.total === 0 ? 100 : (handled / action.total) * 100}%` }}
              />
            </div>
            {action.state === 'running' && canWrite && (
              <Button disabled={isAborting} onClick={() => void abort()}>
                <Ban aria-hidden /> Abort
              </Button>
            )}
            <dl className="grid grid-cols-2 gap-4 text-sm sm:grid-cols-4">
              <Fact name="State">
                <span role="status" className="capitalize">
                  {action.state}
                </span>
              </Fact>
              <Fact name="Done">{formatNumber(action.done)}</Fact>
              <Fact name="Skipped">{formatNumber(action.skipped)}</Fact>
              <Fact name="Finished">
                <DateTime at={action.finished_at} />
              </Fact>
            </dl>
            {action.skips.length > 0 && <Skips action={action} />}
          </div>
        )}
      </Card>
    </Page>
  );
}

/** The first jobs that were passed over, each with the reason. */
function Skips({ action: { skips, skipped } }: { action: JobsAction }) {
  return (
    <div>
      <h3 className="mb-1 text-xs text-muted">
        {skipped > skips.length ? `The first ${skips.length} of ${formatNumber(skipped)} skipped jobs` : 'Skipped jobs'}
      </h3>
      <ul
        aria-label="Skipped jobs"
        className="max-h-80 divide-y divide-line overflow-y-auto rounded-md border border-line"
      >
        {skips.map(({ job_id, reason }) => (
          <li key={job_id} className="flex min-h-9 flex-wrap items-center gap-x-4 px-3 text-sm">
            <Link
              to="/jobs/$id"
              params={{ id: job_id }}
              className="font-mono text-xs underline-offset-2 hover:underline"
            >
              {shortId(job_id)}
            </Link>
            <span className="text-muted">{reason}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="mt-0.5">{children}</dd>
    </div>
  );
}
