import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { allowedActions } from '../../../src/contract/job-state.js';
import type { JobList, JobSummary } from '../api/types.js';
import { useCanWrite } from '../auth/use-can-write.js';
import { useShortcuts } from '../shell/shortcuts.js';
import type { JobSearch } from './job-search.js';
import type { JobCommands } from './use-job-commands.js';
import type { useSelection } from './use-selection.js';

/** Keys of the job list: moves a marked row and acts on it. Answers the marked job's id. */
export function useJobKeys({
  rows,
  selection,
  commands,
  page,
  search,
}: {
  rows: readonly JobSummary[];
  selection: ReturnType<typeof useSelection>;
  commands: JobCommands;
  page: JobList | undefined;
  search: JobSearch;
}): string | null {
  const navigate = useNavigate();
  const canWrite = useCanWrite();
  const [focusedId, setFocusedId] = useState<string | null>(null);
  const index = rows.findIndex((job) => job.id === focusedId);
  const focused = rows[index];

  const move = (step: number) => {
    const next = rows[index < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, index + step))];
    if (!next) return;
    setFocusedId(next.id);
    const row = document.querySelector<HTMLElement>(`[data-job-id="${next.id}"]`);
    row?.querySelector<HTMLElement>('td a')?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: 'nearest' });
  };
  const turn = (cursor: string | null | undefined) => {
    if (cursor) void navigate({ to: '/jobs', search: { ...search, cursor } });
  };
  const act = (action: 'retry' | 'cancel' | 'delete') => {
    if (!canWrite || !focused || !allowedActions(focused.status, focused.cancel_requested_at !== null).includes(action))
      return;
    if (action === 'delete') commands.remove(focused);
    else commands[action](focused);
  };

  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => focused && void navigate({ to: '/jobs/$id', params: { id: focused.id } }),
    x: () => focused && selection.toggle(focused.id, false),
    'Shift+X': () => focused && selection.toggle(focused.id, true),
    a: selection.togglePage,
    'Shift+R': () => act('retry'),
    'Shift+C': () => act('cancel'),
    Delete: () => act('delete'),
    '[': () => turn(page?.previous_cursor),
    ']': () => turn(page?.next_cursor),
    Escape: selection.clear,
  });
  return focusedId;
}
