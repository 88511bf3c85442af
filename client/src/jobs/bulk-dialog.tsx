import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { notify } from '../ui/notify.js';
import { messageOf } from '../api/api-error.js';
import { planAction, runAction, type ActionScope, type Place } from '../api/job-actions.js';
import type { BulkAction, JobsAction } from '../api/types.js';
import { allowedActions } from '../../../src/contract/job-state.js';
import { ConfirmDialog } from '../ui/dialog.js';
import { formatNumber, plural } from '../ui/format.js';
import { Notice } from '../ui/notice.js';
import { Skeleton } from '../ui/states.js';
import { isJobStatus, statusLooks } from '../ui/status.js';
import { bulkTitle } from './bulk-words.js';
import { PlaceDialog } from './place-dialog.js';

const TYPE_NUMBER_ABOVE = 1000;

interface BulkDialogProps {
  action: BulkAction;
  scope: ActionScope;
  onClose: () => void;
  onStarted: () => void;
}

/** Asks where to, if the action needs to know; then shows its plan. */
export function BulkDialog(props: BulkDialogProps) {
  const { action, onClose } = props;
  const [place, setPlace] = useState<Place | null>(null);
  if (place === null && (action === 'move' || action === 'prioritize'))
    return <PlaceDialog action={action} onPlace={setPlace} onClose={onClose} />;
  return <PlanDialog {...props} place={place ?? {}} />;
}

/** Asks the server for the frozen set, shows what will happen to it, and starts exactly that. */
function PlanDialog({ action, place, scope, onClose, onStarted }: BulkDialogProps & { place: Place }) {
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [key] = useState(() => crypto.randomUUID());
  const plan = useQuery({
    queryKey: ['job-plan', key],
    queryFn: () => planAction(action, place, scope),
    // A plan is made once: fetching it again would freeze another set.
    staleTime: 'static',
    gcTime: 0,
  });
  const total = plan.data?.total ?? ('ids' in scope ? scope.ids.length : 0);
  const mustType = action === 'delete' || total > TYPE_NUMBER_ABOVE;
  const isReady = plan.data !== undefined && total > 0 && (!mustType || typed.replaceAll(',', '') === String(total));

  const title = bulkTitle(action, total, place);

  const start = async (token: string) => {
    try {
      await runAction(token);
      onStarted();
      await navigate({ to: '/bulk/$token', params: { token } });
    } catch (error) {
      void notify('error', `Nothing was changed: ${messageOf(error)}`);
    }
  };

  return (
    <ConfirmDialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`${title}?`}
      action={title}
      cancelLabel={action === 'cancel' ? 'Keep them' : 'Cancel'}
      danger={action === 'cancel' || action === 'delete'}
      disabled={!isReady}
      onConfirm={() => plan.data && void start(plan.data.token)}
    >
      {plan.isPending && <Skeleton className="h-16 w-full" />}
      {plan.isError && <Notice tone="danger">{messageOf(plan.error)}</Notice>}
      {plan.data && <Plan plan={plan.data} />}
      {plan.data && mustType && (
        <label className="block text-fg">
          Type {formatNumber(total)} to confirm
          <input
            className="field mt-1"
            inputMode="numeric"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
      )}
    </ConfirmDialog>
  );
}

function Plan({ plan }: { plan: JobsAction }) {
  const counts = Object.entries(plan.by_status).map(([status, count]) => ({ status, count: Number(count) }));
  const skipped = counts
    .filter(({ status }) => isJobStatus(status) && !allowedActions(status, false).includes(plan.action))
    .reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      <ul className="divide-y divide-line rounded-md border border-line">
        {counts.map(({ status, count }) => (
          <li key={status} className="flex justify-between px-3 py-1.5">
            <span>{isJobStatus(status) ? statusLooks[status].label : status}</span>
            <span className="tabular">{formatNumber(count)}</span>
          </li>
        ))}
      </ul>
      {skipped > 0 && <p>{plural(skipped, 'job')} will be skipped: their status does not allow it.</p>}
      {plan.action === 'delete' && <p>Payloads, results, attempts and logs go with them. This cannot be undone.</p>}
      <p>Jobs that arrive from now on are not touched.</p>
    </>
  );
}
