import { useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';
import { createStore } from '../ui/external-store.js';
import { usePageTitle } from '../ui/page.js';

const MAX_PAGES = 5;

export interface RecentPage {
  path: string;
  kind: string;
  title: string;
}

/** The jobs, queues and workers that were looked at last in this tab, the latest first. */
export const recentPages = createStore<readonly RecentPage[]>([]);

/** Remembers the page on screen when it is that of one job, queue or worker. */
export function useRecentPages(): void {
  const title = usePageTitle();
  const path = useLocation({ select: (location) => location.pathname });
  useEffect(() => {
    const [, kind, id] = /^\/(job|queue|worker)s\/(.+)$/.exec(path) ?? [];
    if (!kind || !id) return;
    const page = { path, kind, title: kind === 'job' ? `${title} ${id.slice(0, 8)}…${id.slice(-4)}` : title };
    recentPages.set([page, ...recentPages.get().filter((each) => each.path !== path)].slice(0, MAX_PAGES));
  }, [path, title]);
}
