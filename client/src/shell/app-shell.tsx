import { getRouteApi, Outlet, useNavigate, useRouter } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { isSessionLost } from '../api/client.js';
import { useCanWrite } from '../auth/use-can-write.js';
import { announcement } from '../live/live-status.js';
import { useLiveUpdates } from '../live/live-updates-context.js';
import { preferences, setPreferences } from '../settings/preferences.js';
import { useStore } from '../ui/external-store.js';
import { isToasterNeeded } from '../ui/notify.js';
import { TooltipProvider } from '../ui/tooltip.js';
import { ConnectionBanner } from './connection-banner.js';
import { DocumentTitle } from './document-title.js';
import { toggleLive } from './live-control.js';
import { navItems } from './nav-items.js';
import { useRecentPages } from './recent-pages.js';
import { useShortcuts } from './shortcuts.js';
import { SideNav } from './side-nav.js';
import { TopBar } from './top-bar.js';

const CommandPalette = lazy(() =>
  import('./command-palette.js').then((module) => ({ default: module.CommandPalette })),
);
const ShortcutHelp = lazy(() => import('./shortcut-help.js').then((module) => ({ default: module.ShortcutHelp })));
const CreateJobDialog = lazy(() =>
  import('../jobs/create-job-dialog.js').then((module) => ({ default: module.CreateJobDialog })),
);

const Toaster = lazy(() => import('../ui/toaster.js').then((module) => ({ default: module.Toaster })));

const route = getRouteApi('/shell');

/** The frame around every page but the login: navigation, top bar, dialogs that open over any page, and notifications. */
export function AppShell() {
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const search = route.useSearch();
  const isToasterWanted = useStore(isToasterNeeded);
  const canWrite = useCanWrite();
  useLoginRedirect();
  useRecentPages();
  useGlobalKeys(
    () => setPaletteOpen(true),
    () => setHelpOpen(true),
  );
  return (
    <TooltipProvider>
      <a
        href="#content"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-primary px-3 py-2 text-sm font-medium text-white focus:translate-y-0"
      >
        Skip to content
      </a>
      <div className="flex min-h-dvh bg-bg">
        <SideNav />
        <div className="flex min-w-0 flex-1 flex-col">
          <TopBar onPalette={() => setPaletteOpen(true)} onHelp={() => setHelpOpen(true)} />
          <ConnectionBanner />
          <main id="content" tabIndex={-1} className="min-w-0 flex-1 outline-none">
            <Outlet />
          </main>
        </div>
      </div>
      <Suspense>
        {search.new === '1' && canWrite && <CreateJobDialog fromId={search.from} />}
        {isPaletteOpen && <CommandPalette onClose={() => setPaletteOpen(false)} />}
        {isHelpOpen && <ShortcutHelp onClose={() => setHelpOpen(false)} />}
      </Suspense>
      <Suspense>{isToasterWanted && <Toaster />}</Suspense>
      <DocumentTitle />
      <Announcer />
    </TooltipProvider>
  );
}

function Announcer() {
  return (
    <div role="status" aria-label="Live summary" className="sr-only">
      {useStore(announcement)}
    </div>
  );
}

/** A 401 from any call leads to the login page, and from there back to where it happened. */
function useLoginRedirect(): void {
  const isLost = useStore(isSessionLost);
  const router = useRouter();
  useEffect(() => {
    const next = router.latestLocation.publicHref;
    if (isLost) void router.navigate({ to: '/login', search: { next }, replace: true });
  }, [isLost, router]);
}

function useGlobalKeys(openPalette: () => void, openHelp: () => void): void {
  const navigate = useNavigate();
  const liveUpdates = useLiveUpdates();
  useEffect(() => {
    const handle = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      openPalette();
    };
    document.addEventListener('keydown', handle);
    return () => document.removeEventListener('keydown', handle);
  }, [openPalette]);
  useShortcuts({
    '?': openHelp,
    c: () => void navigate({ to: '.', search: (previous) => ({ ...previous, new: '1' }) }),
    r: () => void liveUpdates.refreshByHand(),
    l: toggleLive,
    t: toggleTheme,
    ...Object.fromEntries(navItems.map((item) => [`g ${item.key}`, () => void navigate({ to: item.to })])),
  });
}

function toggleTheme(): void {
  const isDark = document.documentElement.dataset.theme === 'dark';
  setPreferences({ ...preferences.get(), theme: isDark ? 'light' : 'dark' });
}
