import { useCallback, useRef } from 'react';

/** Of the dialog that closes just now: one that follows it in the same step opens when nothing has the focus. */
let leaving: HTMLElement | null = null;

/**
 * Brings the focus back to where a dialog was opened. Dialogs here open by state and by URL, without a trigger element that Radix could
 * return to.
 */
export function useOpener(): { remember: () => void; restore: (event: Event) => void } {
  const opener = useRef<HTMLElement | null>(null);
  const remember = useCallback(() => {
    opener.current = leaving = focusedElement() ?? leaving;
  }, []);
  const restore = useCallback((event: Event) => {
    event.preventDefault();
    leaving = null;
    // What was opened from may be gone by now, such as the row of a deleted job.
    const target = opener.current?.isConnected ? opener.current : document.getElementById('content');
    target?.focus({ preventScroll: true });
  }, []);
  return { remember, restore };
}

/** The element with the focus; for an item of a menu, which vanishes, the button that opened the menu. */
function focusedElement(): HTMLElement | null {
  const { activeElement, body } = document;
  const focused = activeElement instanceof HTMLElement && activeElement !== body ? activeElement : null;
  const trigger = focused?.closest('[role=menu]')?.getAttribute('aria-labelledby');
  return trigger ? document.getElementById(trigger) : focused;
}
