import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { statsQuery } from '../api/stats.js';
import type { Stats } from '../api/types.js';
import { formatCount } from '../ui/format.js';
import { usePageTitle } from '../ui/page.js';

/** Keeps the tab's title and icon telling whether somebody should look. */
export function DocumentTitle() {
  const title = usePageTitle();
  const { data: stats } = useQuery(statsQuery());
  const dead = stats?.jobs.DEAD ?? 0;
  const colour = stats ? iconColour(stats) : 'green';
  useEffect(() => {
    document.title = `${title}${dead > 0 ? ` · ${formatCount(dead)} dead` : ''} – Orchestrator`;
  }, [title, dead]);
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    if (link) link.href = `${import.meta.env.BASE_URL}favicon-${colour}.svg`;
  }, [colour]);
  return null;
}

/** Red: jobs wait that nobody will take. Amber: something is dead, paused or offline. */
function iconColour(stats: Stats): 'red' | 'amber' | 'green' {
  if (stats.queues_without_workers > 0) return 'red';
  return stats.jobs.DEAD > 0 || stats.queues_paused > 0 || stats.workers.offline > 0 ? 'amber' : 'green';
}
