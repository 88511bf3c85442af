import { useQueryClient } from '@tanstack/react-query';
import { Ellipsis, Hourglass, Play, Trash2 } from 'lucide-react';
import { notify } from '../ui/notify.js';
import { messageOf } from '../api/api-error.js';
import type { Worker } from '../api/types.js';
import { drainWorker, forgetWorker, resumeWorker, workerKeys } from '../api/workers.js';
import { useCanWrite } from '../auth/use-can-write.js';
import { IconButton } from '../ui/button.js';
import { Menu, MenuItem, MenuSeparator } from '../ui/menu.js';

/** Drain, resume and forget. */
export function WorkerMenu({ worker, onForgotten }: { worker: Worker; onForgotten?: () => void }) {
  const queries = useQueryClient();
  const canWrite = useCanWrite();
  const name = worker.name ?? worker.hostname;
  const isOnline = worker.status === 'ONLINE';
  const run = async (command: (id: string) => Promise<unknown>, done: string, after?: () => void) => {
    try {
      await command(worker.id);
      void notify('success', done);
      after?.();
    } catch (error) {
      void notify('error', `${name}: ${messageOf(error)}`);
    }
    await queries.invalidateQueries({ queryKey: workerKeys.all });
  };
  if (!canWrite) return null;
  return (
    <Menu
      trigger={
        <IconButton label={`Actions for worker ${name}`}>
          <Ellipsis />
        </IconButton>
      }
    >
      <MenuItem
        icon={<Hourglass />}
        disabledReason={
          !isOnline ? 'The worker is offline' : worker.state === 'draining' ? 'Already draining' : undefined
        }
        onSelect={() => void run(drainWorker, `${name} takes no more jobs`)}
      >
        Drain
      </MenuItem>
      <MenuItem
        icon={<Play />}
        disabledReason={worker.state === 'draining' ? undefined : 'Not draining'}
        onSelect={() => void run(resumeWorker, `${name} takes jobs again`)}
      >
        Resume
      </MenuItem>
      <MenuSeparator />
      <MenuItem
        danger
        icon={<Trash2 />}
        disabledReason={isOnline ? 'Online workers can’t be forgotten' : undefined}
        onSelect={() => void run(forgetWorker, `${name} forgotten`, onForgotten)}
      >
        Forget
      </MenuItem>
    </Menu>
  );
}
