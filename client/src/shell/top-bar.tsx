import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { BookOpen, Keyboard, LogOut, Menu as MenuIcon, Monitor, Moon, Plus, Search, Sun, User } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { closeSession, sessionQuery } from '../api/session.js';
import { useCanWrite } from '../auth/use-can-write.js';
import { setPreferences, usePreferences } from '../settings/preferences.js';
import { Button, IconButton } from '../ui/button.js';
import { Kbd } from '../ui/kbd.js';
import { Menu, MenuChoice, MenuItem, MenuSeparator } from '../ui/menu.js';
import { usePageTitle } from '../ui/page.js';
import { Tooltip } from '../ui/tooltip.js';
import { LiveControl } from './live-control.js';

const NavDrawer = lazy(() => import('./nav-drawer.js'));

const themes = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const;

/** The page's heading and what is always at hand. */
export function TopBar({ onPalette, onHelp }: { onPalette: () => void; onHelp: () => void }) {
  const title = usePageTitle();
  const canWrite = useCanWrite();
  const navigate = useNavigate();
  return (
    <header className="sticky top-0 z-20 flex h-12 items-center pointer-coarse:h-14 gap-1 border-b border-line bg-bg/90 pr-2 pl-2 backdrop-blur md:gap-2 md:pl-6">
      <NavButton />
      <h1 className="min-w-0 flex-1 truncate text-lg font-semibold tracking-tight md:text-xl">{title}</h1>
      <button
        type="button"
        onClick={onPalette}
        className="hidden h-8 w-56 items-center gap-2 rounded-md border border-line bg-subtle px-2.5 text-sm text-muted hover:border-control xl:flex"
      >
        <Search aria-hidden className="size-4" />
        <span className="flex-1 text-left">Search or jump to…</span>
        <Kbd>⌘K</Kbd>
      </button>
      <IconButton label="Search or jump to…" className="max-sm:hidden xl:hidden" onClick={onPalette}>
        <Search />
      </IconButton>
      <LiveControl />
      {canWrite ? (
        <Tooltip content="New job" shortcut="c">
          <Button
            variant="primary"
            aria-label="New job"
            onClick={() => void navigate({ to: '.', search: (previous) => ({ ...previous, new: '1' }) })}
          >
            <Plus aria-hidden />
            <span className="hidden sm:inline">New job</span>
          </Button>
        </Tooltip>
      ) : (
        <span className="rounded-full border border-line px-2.5 text-xs leading-6 whitespace-nowrap text-muted">
          Read-only
        </span>
      )}
      <ThemeMenu />
      <UserMenu onHelp={onHelp} />
    </header>
  );
}

function NavButton() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <IconButton label="Open navigation" className="md:hidden" aria-expanded={isOpen} onClick={() => setOpen(true)}>
        <MenuIcon />
      </IconButton>
      <Suspense>{isOpen && <NavDrawer onClose={() => setOpen(false)} />}</Suspense>
    </>
  );
}

function ThemeMenu() {
  const { theme } = usePreferences();
  const Icon = { system: Monitor, light: Sun, dark: Moon }[theme];
  return (
    <Menu
      trigger={
        <IconButton label="Theme" shortcut="t">
          <Icon />
        </IconButton>
      }
    >
      <MenuChoice label="Theme" value={theme} options={themes} onChange={(next) => setPreferences({ theme: next })} />
    </Menu>
  );
}

function UserMenu({ onHelp }: { onHelp: () => void }) {
  const { data: session } = useQuery(sessionQuery());
  return (
    <Menu
      trigger={
        <IconButton label="User menu" className="max-sm:hidden">
          <User />
        </IconButton>
      }
    >
      <MenuItem icon={<Keyboard />} shortcut="?" onSelect={onHelp}>
        Keyboard shortcuts
      </MenuItem>
      <MenuItem icon={<BookOpen />} onSelect={() => window.open('/docs', '_blank', 'noopener')}>
        API reference
      </MenuItem>
      {session?.needs_key && (
        <>
          <MenuSeparator />
          <MenuItem icon={<LogOut />} onSelect={() => void closeSession()}>
            Sign out
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
