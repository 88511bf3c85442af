import { useQueryClient } from '@tanstack/react-query';
import { BellOff, CircleCheck, Ellipsis, RotateCw, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { messageOf } from '../api/api-error.js';
import { markErrorGroup } from '../api/stats.js';
import type { ErrorGroup } from '../api/types.js';
import { BulkDialog } from '../jobs/bulk-dialog.js';
import { IconButton } from '../ui/button.js';
import { Menu, MenuItem, MenuSeparator } from '../ui/menu.js';
import { notify } from '../ui/notify.js';

const verbs = { mute: 'muted', resolve: 'resolved', reopen: 'open again' } as const;

/** What can be done with a group of errors: retry its dead jobs, or set it aside. */
export function ErrorMenu({ group }: { group: ErrorGroup }) {
  const queries = useQueryClient();
  const [isRetrying, setRetrying] = useState(false);
  const mark = async (verb: keyof typeof verbs) => {
    try {
      await markErrorGroup(group.fingerprint, verb);
      void notify('success', `The error is ${verbs[verb]}`);
    } catch (error) {
      void notify('error', `The error was not changed: ${messageOf(error)}`);
    }
    await queries.invalidateQueries({ queryKey: ['errors'] });
  };
  return (
    <>
      <Menu
        trigger={
          <IconButton label={`Actions for error: ${group.message}`}>
            <Ellipsis />
          </IconButton>
        }
      >
        <MenuItem icon={<RotateCw />} onSelect={() => setRetrying(true)}>
          Retry its dead jobs…
        </MenuItem>
        <MenuSeparator />
        {group.state === 'open' ? (
          <>
            <MenuItem icon={<CircleCheck />} onSelect={() => void mark('resolve')}>
              Resolve until it happens again
            </MenuItem>
            <MenuItem icon={<BellOff />} onSelect={() => void mark('mute')}>
              Mute
            </MenuItem>
          </>
        ) : (
          <MenuItem icon={<Undo2 />} onSelect={() => void mark('reopen')}>
            Reopen
          </MenuItem>
        )}
      </Menu>
      {isRetrying && (
        <BulkDialog
          action="retry"
          scope={{ filter: { error: group.fingerprint, status: ['DEAD'] } }}
          onClose={() => setRetrying(false)}
          onStarted={() => setRetrying(false)}
        />
      )}
    </>
  );
}
