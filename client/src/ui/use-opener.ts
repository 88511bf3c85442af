import { useCallback, useRef } from 'react';

/**
 * Brings the focus back to where a dialog was opened. Dialogs here open by state and by URL, without a trigger element that Radix could
 * return to.
 */
export function useOpener(): { remember: () => void; restore: (event: Event) => void } {
  const opener = useRef<HTMLElement | null>(null);
  const remember = useCallback(() => {
    opener.current = focusedElement();
  }, []);
  const restore = useCallback((event: Event) => {
    event.preventDefault();
    // What was opened from may be gone by now, such as the row of a deleted job.
    const target = opener.current?.isConnected ? opener.current : document.getElementById('content');
    target?.focus({ preventScroll: true });
  }, []);
  return { remember, restore };
}

/** The element with the focus; for an item of a menu, which vanishes, the button that opened the menu. */
function focusedElement(): HTMLElement | null {
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  const trigger = focused?.closest('[role=menu]')?.getAttribute('aria-labelledby');
  return trigger ? document.getElementById(trigger) : focused;
}
