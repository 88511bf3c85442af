import type { ReactNode } from 'react';
import { createStore } from './external-store.js';

/** Whether there has been anything to tell: the place for it, and its library, come with the first message. */
export const isToasterNeeded = createStore(false);

let ready: () => void;
const isReady = new Promise<void>((resolve) => (ready = resolve));

/** Called once the toaster listens. */
export function toasterIsReady(): void {
  ready();
}

/** Tells a person, at the corner of the page, how something went. */
export async function notify(kind: 'success' | 'error', message: ReactNode): Promise<void> {
  isToasterNeeded.set(true);
  const [{ toast }] = await Promise.all([import('sonner'), isReady]);
  toast[kind](message);
}
