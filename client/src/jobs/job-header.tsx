import { Link, useNavigate } from '@tanstack/react-router';
import { Ban, ChevronLeft, ChevronRight, CopyPlus, RotateCw } from 'lucide-react';
import { allowedActions } from '../../../src/contract/job-state.js';
import type { Job } from '../api/types.js';
import { useCanWrite } from '../auth/use-can-write.js';
import { Button, IconButton } from '../ui/button.js';
import { CopyButton } from '../ui/copy-button.js';
import { Progress } from '../ui/meter.js';
import { JobBadge } from './job-badge.js';
import { JobMenu } from './job-menu.js';
import type { JobCommands } from './use-job-commands.js';

/** Status, identity and actions of a job. */
export function JobHeader({
  job,
  commands,
  previousId,
  nextId,
}: {
  job: Job;
  commands: JobCommands;
  previousId?: string;
  nextId?: string;
}) {
  const navigate = useNavigate();
  const canWrite = useCanWrite();
  const allowed = allowedActions(job.status, job.cancel_requested_at !== null);
  const go = (id: string) => void navigate({ to: '/jobs/$id', params: { id }, search: (previous) => previous });
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0 space-y-2">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span aria-live="polite">
            <JobBadge job={job} />
          </span>
          <span className="flex items-center gap-1 font-mono text-xs text-muted">
            <span className="break-all">{job.id}</span>
            <CopyButton text={job.id} label="Copy job ID" />
          </span>
        </div>
        <div className="flex flex-wrap items-center gap-2 text-sm text-muted">
          <span>
            Queue{' '}
            <Link
              to="/jobs"
              search={{ queue: job.queue }}
              className="font-medium text-fg underline-offset-2 hover:underline"
            >
              {job.queue}
            </Link>
          </span>
          {job.tags.map((tag) => (
            <Link
              key={tag}
              to="/jobs"
              search={{ tag }}
              className="rounded bg-hover px-1.5 text-xs leading-6 text-muted hover:text-fg"
            >
              {tag}
            </Link>
          ))}
        </div>
        {job.status === 'RUNNING' && job.progress !== null && (
          <div className="w-72 max-w-full">
            <Progress label="Progress" percent={job.progress} message={job.progress_message} />
          </div>
        )}
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <IconButton
          label="Previous job"
          className="max-sm:hidden"
          shortcut="k"
          disabled={!previousId}
          onClick={() => previousId && go(previousId)}
        >
          <ChevronLeft />
        </IconButton>
        <IconButton
          label="Next job"
          className="max-sm:hidden"
          shortcut="j"
          disabled={!nextId}
          onClick={() => nextId && go(nextId)}
        >
          <ChevronRight />
        </IconButton>
        {canWrite && (
          <>
            <Button disabled={!allowed.includes('retry')} onClick={() => commands.retry(job)}>
              <RotateCw aria-hidden /> Retry
            </Button>
            <Button disabled={!allowed.includes('cancel')} onClick={() => commands.cancel(job)}>
              <Ban aria-hidden /> Cancel
            </Button>
            <Button
              onClick={() =>
                void navigate({ to: '.', search: (previous) => ({ ...previous, new: '1', from: job.id }) })
              }
            >
              <CopyPlus aria-hidden /> <span className="max-sm:sr-only">Edit &amp; run as new</span>
            </Button>
          </>
        )}
        <JobMenu job={job} commands={commands} inDetails />
      </div>
    </div>
  );
}
