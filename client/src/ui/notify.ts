import type { ReactNode } from 'react';

/** Tells a person, at the corner of the page, how something went. The library comes with the first message or the idle page. */
export async function notify(kind: 'success' | 'error', message: ReactNode): Promise<void> {
  const { toast } = await import('sonner');
  toast[kind](message);
}
