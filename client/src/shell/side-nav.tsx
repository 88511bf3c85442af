import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { clsx } from 'clsx';
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react';
import { statsQuery } from '../api/stats.js';
import { setPreferences, usePreferences } from '../settings/preferences.js';
import { IconButton } from '../ui/button.js';
import { formatCount } from '../ui/format.js';
import { useMediaQuery } from '../ui/media-query.js';
import { Tooltip } from '../ui/tooltip.js';
import { navItems, type NavItem } from './nav-items.js';

/** The pages, with the numbers that need somebody. */
export function SideNav() {
  const { navCollapsed } = usePreferences();
  const isWide = useMediaQuery('(width >= 1024px)');
  const isCollapsed = navCollapsed || !isWide;
  return (
    <nav
      aria-label="Main"
      className={clsx(
        'sticky top-0 hidden h-dvh shrink-0 flex-col border-r border-line bg-subtle md:flex',
        isCollapsed ? 'w-14' : 'w-56',
      )}
    >
      <Brand isCollapsed={isCollapsed} />
      <NavLinks isCollapsed={isCollapsed} />
      <div className="mt-auto hidden p-3 lg:block">
        <IconButton
          label={navCollapsed ? 'Expand navigation' : 'Collapse navigation'}
          onClick={() => setPreferences({ navCollapsed: !navCollapsed })}
        >
          {navCollapsed ? <PanelLeftOpen /> : <PanelLeftClose />}
        </IconButton>
      </div>
    </nav>
  );
}

/** The mark and name above the navigation. */
export function Brand({ isCollapsed = false }: { isCollapsed?: boolean }) {
  return (
    <div className="flex h-12 items-center gap-2.5 px-4">
      <svg aria-hidden viewBox="0 0 24 24" className="size-6 shrink-0">
        <rect width="24" height="24" rx="6" className="fill-primary" />
        <path d="M7 8h10M7 12h7M7 16h4" stroke="#fff" strokeWidth="2" strokeLinecap="round" />
      </svg>
      {!isCollapsed && <span className="text-base font-semibold tracking-tight">Orchestrator</span>}
    </div>
  );
}

/** The links of the main navigation; on phones they live in a drawer. */
export function NavLinks({ isCollapsed = false, onNavigate }: { isCollapsed?: boolean; onNavigate?: () => void }) {
  const { data: stats } = useQuery(statsQuery());
  return (
    <ul className="space-y-0.5 p-2">
      {navItems.map((item) => (
        <li key={item.to}>
          <NavLink item={item} badge={stats && item.badge?.(stats)} isCollapsed={isCollapsed} onNavigate={onNavigate} />
        </li>
      ))}
    </ul>
  );
}

function NavLink({
  item,
  badge,
  isCollapsed,
  onNavigate,
}: {
  item: NavItem;
  badge?: ReturnType<NonNullable<NavItem['badge']>>;
  isCollapsed: boolean;
  onNavigate?: () => void;
}) {
  const Icon = item.icon;
  const hasBadge = badge !== undefined && badge.count > 0;
  const link = (
    <Link
      to={item.to}
      onClick={onNavigate}
      activeOptions={{ exact: item.to === '/', includeSearch: false }}
      className="group relative flex h-8 items-center gap-2.5 rounded-md px-2.5 text-sm font-medium text-muted transition-colors duration-100 hover:bg-hover hover:text-fg aria-[current=page]:bg-hover aria-[current=page]:text-fg pointer-coarse:h-11"
    >
      <Icon aria-hidden className="size-4 shrink-0 group-aria-[current=page]:text-accent" />
      <span className={isCollapsed ? 'sr-only' : 'flex-1'}>{item.label}</span>
      {hasBadge && (
        <span
          data-status={badge.isAlarming ? 'DEAD' : 'PAUSED'}
          className={clsx(
            'rounded-full text-xs tabular text-(--s-fg)',
            isCollapsed ? 'absolute top-1 right-1.5 size-2 bg-(--s-dot)' : 'bg-(--s-bg) px-1.5',
          )}
        >
          <span className={isCollapsed ? 'sr-only' : ''}>{formatCount(badge.count)}</span>
          <span className="sr-only"> {badge.meaning}</span>
        </span>
      )}
    </Link>
  );
  return isCollapsed ? <Tooltip content={item.label}>{link}</Tooltip> : link;
}
