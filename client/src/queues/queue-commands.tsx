import { useQueryClient } from '@tanstack/react-query';
import { Ban, Ellipsis, Gauge, LayoutList, Pause, Play } from 'lucide-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { notify } from '../ui/notify.js';
import { messageOf } from '../api/api-error.js';
import { limitQueue, pauseQueue, queueKeys, resumeQueue } from '../api/queues.js';
import type { Queue } from '../api/types.js';
import { useCanWrite } from '../auth/use-can-write.js';
import { BulkDialog } from '../jobs/bulk-dialog.js';
import { Button, IconButton } from '../ui/button.js';
import { Menu, MenuItem, MenuSeparator } from '../ui/menu.js';
import { LimitDialog } from './limit-dialog.js';

/** Pause or resume, the limit of jobs that run at a time, and emptying the queue. */
export function QueueCommands({ queue }: { queue: Queue }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const canWrite = useCanWrite();
  const [isSending, setSending] = useState(false);
  const [dialog, setDialog] = useState<'limit' | 'purge' | null>(null);
  const run = async (command: () => Promise<unknown>, done: string) => {
    setSending(true);
    try {
      await command();
      void notify('success', done);
    } catch (error) {
      void notify('error', `Queue ${queue.name}: ${messageOf(error)}`);
    } finally {
      setSending(false);
      await queries.invalidateQueries({ queryKey: queueKeys.all });
    }
  };
  if (!canWrite) return null;
  const [verb, Icon, command, done] = queue.is_paused
    ? (['Resume', Play, resumeQueue, 'resumed'] as const)
    : (['Pause', Pause, pauseQueue, 'paused'] as const);
  return (
    <span className="flex items-center justify-end gap-1">
      <Button
        size="sm"
        className="w-24"
        aria-label={`${verb} queue ${queue.name}`}
        disabled={isSending}
        onClick={() => void run(() => command(queue.name), `Queue ${queue.name} ${done}`)}
      >
        <Icon aria-hidden /> {verb}
      </Button>
      <Menu
        trigger={
          <IconButton label={`Actions for queue ${queue.name}`}>
            <Ellipsis />
          </IconButton>
        }
      >
        <MenuItem icon={<LayoutList />} onSelect={() => void navigate({ to: '/jobs', search: { queue: queue.name } })}>
          View its jobs
        </MenuItem>
        <MenuItem icon={<Gauge />} onSelect={() => setDialog('limit')}>
          Limit jobs at a time…
        </MenuItem>
        <MenuSeparator />
        <MenuItem
          danger
          icon={<Ban />}
          disabledReason={queue.pending === 0 ? 'Nothing is pending' : undefined}
          onSelect={() => setDialog('purge')}
        >
          Cancel pending jobs…
        </MenuItem>
      </Menu>
      <LimitDialog
        key={String(queue.concurrency_limit)}
        queue={queue}
        open={dialog === 'limit'}
        onOpenChange={() => setDialog(null)}
        onLimit={(limit) =>
          void run(
            () => limitQueue(queue.name, limit),
            limit === 0 ? `Queue ${queue.name} has no limit` : `Queue ${queue.name} runs ${limit} at a time`,
          )
        }
      />
      {dialog === 'purge' && (
        <BulkDialog
          action="cancel"
          scope={{ filter: { queue: queue.name, status: ['PENDING'] } }}
          onClose={() => setDialog(null)}
          onStarted={() => setDialog(null)}
        />
      )}
    </span>
  );
}
