import { useEffect } from 'react';
import { Toaster as Sonner } from 'sonner';
import { usePreferences } from '../settings/preferences.js';
import { toasterIsReady } from './notify.js';

/** Where notifications appear. */
export function Toaster() {
  const { theme } = usePreferences();
  // Effects of children run first: by now it listens.
  useEffect(toasterIsReady, []);
  return <Sonner theme={theme} position="bottom-right" duration={6000} closeButton customAriaLabel="Notifications" />;
}
