import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { jobQuery } from '../api/jobs.js';
import { ConfirmDialog, Dialog } from '../ui/dialog.js';
import { Skeleton } from '../ui/states.js';
import { CreateJobForm } from './create-job-form.js';
import { draftFrom, emptyDraft } from './job-draft.js';
import { isJobId } from './job-search.js';

/** The dialog behind `?new=1`; `fromId` names a job to start from. Closing a changed form asks first. */
export function CreateJobDialog({ fromId }: { fromId?: string }) {
  const navigate = useNavigate();
  const sourceId = fromId && isJobId(fromId) ? fromId : undefined;
  const source = useQuery({ ...jobQuery(sourceId ?? ''), enabled: sourceId !== undefined });
  const [isDirty, setDirty] = useState(false);
  const [isAsking, setAsking] = useState(false);

  const close = () =>
    void navigate({
      to: '.',
      search: (previous) => ({ ...previous, new: undefined, from: sourceId ? undefined : previous.from }),
      resetScroll: false,
    });
  const isReady = sourceId === undefined || !source.isPending;

  return (
    <>
      <Dialog
        title="Create job"
        description={sourceId ? 'A new job like the one you chose.' : 'Queue one unit of work.'}
        open
        onOpenChange={() => (isDirty ? setAsking(true) : close())}
        width="sm:max-w-2xl"
      >
        {isReady ? (
          <CreateJobForm
            initial={source.data ? draftFrom(source.data) : emptyDraft}
            onDirty={setDirty}
            onClose={close}
          />
        ) : (
          <Skeleton className="h-80 w-full" />
        )}
      </Dialog>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setAsking}
        title="Discard this job?"
        action="Discard"
        cancelLabel="Keep editing"
        onConfirm={close}
      >
        <p>What you typed is not saved anywhere.</p>
      </ConfirmDialog>
    </>
  );
}
