import { useNavigate } from '@tanstack/react-router';
import { Ban, Copy, CopyPlus, Ellipsis, ExternalLink, RotateCw, Terminal, Trash2 } from 'lucide-react';
import type { JobSummary } from '../api/types.js';
import { allowedActions } from '../../../src/contract/job-state.js';
import { useCanWrite } from '../auth/use-can-write.js';
import { IconButton } from '../ui/button.js';
import { copyText } from '../ui/copy-button.js';
import { Menu, MenuItem, MenuSeparator } from '../ui/menu.js';
import { statusLooks } from '../ui/status.js';
import type { JobCommands } from './use-job-commands.js';

/** Everything that can be done with one job; what cannot be done now says why. */
export function JobMenu({
  job,
  commands,
  inDetails = false,
}: {
  job: JobSummary;
  commands: JobCommands;
  /** On the job's own page the menu leaves out what stands beside it. */
  inDetails?: boolean;
}) {
  const navigate = useNavigate();
  const canWrite = useCanWrite();
  const allowed = allowedActions(job.status, job.cancel_requested_at !== null);
  const state = statusLooks[job.status].label;
  const why = (action: 'retry' | 'cancel' | 'delete', verb: string) =>
    allowed.includes(action) ? undefined : `${state} jobs can’t be ${verb}`;
  const url = `${window.location.origin}/jobs/${job.id}`;
  return (
    <Menu
      trigger={
        <IconButton label={`Actions for job ${job.id}`} shortcut={inDetails ? '.' : undefined} data-job-menu>
          <Ellipsis />
        </IconButton>
      }
    >
      {!inDetails && (
        <>
          <MenuItem icon={<ExternalLink />} onSelect={() => void navigate({ to: '/jobs/$id', params: { id: job.id } })}>
            Open
          </MenuItem>
        </>
      )}
      {!inDetails && canWrite && (
        <>
          <MenuItem icon={<RotateCw />} disabledReason={why('retry', 'retried')} onSelect={() => commands.retry(job)}>
            Retry
          </MenuItem>
          <MenuItem icon={<Ban />} disabledReason={why('cancel', 'cancelled')} onSelect={() => commands.cancel(job)}>
            Cancel
          </MenuItem>
          <MenuItem
            icon={<CopyPlus />}
            onSelect={() => void navigate({ to: '.', search: (previous) => ({ ...previous, new: '1', from: job.id }) })}
          >
            Edit &amp; run as new
          </MenuItem>
          <MenuSeparator />
        </>
      )}
      <MenuItem icon={<Copy />} onSelect={() => void copyText(job.id, 'The job ID')}>
        Copy ID
      </MenuItem>
      <MenuItem icon={<Terminal />} onSelect={() => void copyText(`curl ${url}`, 'The command')}>
        Copy cURL
      </MenuItem>
      {inDetails && (
        <MenuItem icon={<ExternalLink />} onSelect={() => window.open(url, '_blank', 'noopener')}>
          Raw JSON
        </MenuItem>
      )}
      {canWrite && (
        <>
          <MenuSeparator />
          <MenuItem
            danger
            icon={<Trash2 />}
            disabledReason={why('delete', 'deleted')}
            onSelect={() => commands.remove(job)}
          >
            Delete
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
