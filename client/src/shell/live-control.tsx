import { clsx } from 'clsx';
import { ChevronDown, RefreshCw } from 'lucide-react';
import { lastContact, liveState, selectedCount, type LiveState } from '../live/live-status.js';
import { useLiveUpdates } from '../live/live-updates-context.js';
import { preferences, setPreferences, usePreferences, type LiveMode } from '../settings/preferences.js';
import { IconButton } from '../ui/button.js';
import { useStore } from '../ui/external-store.js';
import { formatRelative } from '../ui/format.js';
import { Menu, MenuChoice, MenuItem, MenuSeparator } from '../ui/menu.js';
import { useTicking } from '../ui/ticker.js';
import { Tooltip } from '../ui/tooltip.js';

const modes = [
  { value: 'auto', label: 'Auto' },
  { value: '2', label: 'Every 2s' },
  { value: '5', label: 'Every 5s' },
  { value: '15', label: 'Every 15s' },
  { value: '60', label: 'Every 60s' },
  { value: 'off', label: 'Off' },
] as const;

const dots: Record<LiveState, string> = {
  live: 'bg-(--success-dot)',
  polling: 'bg-(--running-dot)',
  reconnecting: 'bg-(--retrying-dot) motion-safe:animate-pulse',
  paused: 'bg-(--off-dot)',
};

/** Turns live updates on or off; off remembers nothing but the choice. */
export function toggleLive(): void {
  setPreferences({ live: preferences.get().live === 'off' ? 'auto' : 'off' });
}

/** Whether the page follows the server, how, and since when not. */
export function LiveControl() {
  const { live } = usePreferences();
  const selected = useStore(selectedCount);
  const connection = useStore(liveState);
  const liveUpdates = useLiveUpdates();
  const state: LiveState = selected > 0 ? 'paused' : connection;
  return (
    <div className="flex items-center">
      <Updated />
      <Tooltip content={live === 'off' ? 'Turn live updates on' : 'Turn live updates off'} shortcut="l">
        <button
          type="button"
          aria-label={`Live updates: ${live === 'off' ? 'off' : 'on'}`}
          aria-describedby="live-state"
          data-live-state={state}
          onClick={toggleLive}
          className="flex size-8 items-center justify-center rounded-md hover:bg-hover pointer-coarse:size-11"
        >
          <span aria-hidden className={clsx('size-2 rounded-full', dots[state])} />
        </button>
      </Tooltip>
      <span id="live-state" className="text-xs font-medium whitespace-nowrap text-muted max-sm:sr-only">
        {stateText(state, live, selected)}
      </span>
      <Menu
        trigger={
          <IconButton label="Live update options" className="!w-6 max-sm:hidden">
            <ChevronDown />
          </IconButton>
        }
      >
        <MenuChoice
          label="Update this page"
          value={String(live)}
          options={modes}
          onChange={(value) => setPreferences({ live: toMode(value) })}
        />
        <MenuSeparator />
        <MenuItem icon={<RefreshCw />} shortcut="r" onSelect={() => void liveUpdates.refreshByHand()}>
          Refresh now
        </MenuItem>
      </Menu>
    </div>
  );
}

function toMode(value: string): LiveMode {
  return value === 'auto' || value === 'off' ? value : (Number(value) as LiveMode);
}

function stateText(state: LiveState, live: LiveMode, selected: number): string {
  if (selected > 0) return `Paused – ${selected} selected`;
  if (state === 'live') return 'Live';
  if (state === 'polling') return `Polling ${typeof live === 'number' ? live : 2.5}s`;
  return state === 'paused' ? 'Paused' : 'Reconnecting…';
}

/** How old the data is, once that matters. */
function Updated() {
  const text = useTicking((now) => {
    const contact = lastContact.get();
    return contact === 0 || now - contact < 5000 ? '' : formatRelative(contact, now);
  });
  const age = useTicking((now) => {
    const seconds = (now - lastContact.get()) / 1000;
    return seconds > 60 ? 'text-danger-fg' : seconds > 15 ? 'text-warn-fg' : 'text-muted';
  });
  if (text === '') return null;
  return <span className={clsx('hidden text-xs whitespace-nowrap tabular lg:inline', age)}>Updated {text}</span>;
}
