import { Gauge, LayoutList, ListEnd, OctagonAlert, Server, Settings, type LucideIcon } from 'lucide-react';
import type { Stats } from '../api/types.js';

export interface NavItem {
  to: '/' | '/jobs' | '/errors' | '/queues' | '/workers' | '/settings';
  label: string;
  icon: LucideIcon;
  /** The second key of its `g …` sequence. */
  key: string;
  /** A number worth a badge, with the words that explain it; 0 shows none. */
  badge?: (stats: Stats) => { count: number; meaning: string; isAlarming: boolean };
}

export const navItems: readonly NavItem[] = [
  { to: '/', label: 'Overview', icon: Gauge, key: 'o' },
  {
    to: '/jobs',
    label: 'Jobs',
    icon: LayoutList,
    key: 'j',
    badge: (stats) => ({ count: stats.jobs.DEAD, meaning: 'dead', isAlarming: true }),
  },
  { to: '/errors', label: 'Errors', icon: OctagonAlert, key: 'e' },
  {
    to: '/queues',
    label: 'Queues',
    icon: ListEnd,
    key: 'q',
    badge: (stats) => ({ count: stats.queues_paused, meaning: 'paused', isAlarming: false }),
  },
  {
    to: '/workers',
    label: 'Workers',
    icon: Server,
    key: 'w',
    badge: (stats) => ({ count: stats.workers.offline, meaning: 'offline', isAlarming: false }),
  },
  { to: '/settings', label: 'Settings', icon: Settings, key: 's' },
];
