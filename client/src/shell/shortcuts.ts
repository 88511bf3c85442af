import { useLayoutEffect, useRef } from 'react';
import { preferences } from '../settings/preferences.js';

/** What a key does: `c`, `Shift+R`, `ArrowDown`, or a sequence such as `g j`. */
export type Shortcuts = Readonly<Record<string, () => void>>;

/** The latest mounted component comes last and wins. */
const active: { current: Shortcuts }[] = [];
let prefix = '';

/** Binds single keys while the component is mounted. They rest in fields, menus and dialogs, and when a person switched them off. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  // Layout effects: a key may follow as soon as the page is seen, before passive effects have run.
  useLayoutEffect(() => {
    latest.current = shortcuts;
  });
  useLayoutEffect(() => {
    const entry = latest;
    active.push(entry);
    if (active.length === 1) document.addEventListener('keydown', handleKey);
    return () => {
      active.splice(active.indexOf(entry), 1);
      if (active.length === 0) document.removeEventListener('keydown', handleKey);
    };
  }, []);
}

function handleKey(event: KeyboardEvent): void {
  if (!preferences.get().singleKeys || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTaken(event)) return;
  const key = event.shiftKey && /^[a-z]$/i.test(event.key) ? `Shift+${event.key.toUpperCase()}` : event.key;
  const combination = prefix === '' ? key : `${prefix} ${key}`;
  prefix = prefix === '' && key === 'g' ? 'g' : '';
  const action = active.findLast((entry) => combination in entry.current)?.current[combination];
  if (!action) return;
  event.preventDefault();
  action();
}

/** Whether the key belongs to what has the focus: a field, an open dialog or menu, or Enter on a control. */
function isTaken(event: KeyboardEvent): boolean {
  const target = event.target instanceof HTMLElement ? event.target : document.body;
  if (target.matches('input:not([type=checkbox]), textarea, select, [contenteditable], [role=combobox]')) return true;
  if (event.key === 'Enter' && target.closest('a, button, summary, [role=tab]')) return true;
  if (event.key.startsWith('Arrow') && target.closest('[role=tablist], [role=log]')) return true;
  return document.querySelector('[role=dialog], [role=alertdialog], [role=menu]') !== null;
}
