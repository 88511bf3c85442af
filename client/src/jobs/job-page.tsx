import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { ArrowLeft, FileX } from 'lucide-react';
import { useCallback, useEffect } from 'react';
import { ApiError } from '../api/api-error.js';
import { attemptsQuery, jobQuery } from '../api/jobs.js';
import type { Job } from '../api/types.js';
import { useShortcuts } from '../shell/shortcuts.js';
import { buttonClass } from '../ui/button.js';
import { useStore } from '../ui/external-store.js';
import { Page } from '../ui/page.js';
import { EmptyState, ErrorState, Skeleton, useSlow } from '../ui/states.js';
import { AttemptsCard } from './attempts-card.js';
import { currentJob } from './current-job.js';
import { ExplainCard } from './explain-card.js';
import { JobFacts } from './job-facts.js';
import { JobHeader } from './job-header.js';
import { JobTabs } from './job-tabs.js';
import { listContext } from './list-context.js';
import { useJobCommands } from './use-job-commands.js';

const route = getRouteApi('/shell/jobs/$id');

/** One job: what it is, what happened to it, and what can be done. */
export function JobPage() {
  const { id } = route.useParams();
  const query = useQuery(jobQuery(id));
  const isSlow = useSlow(query.isPending);
  if (query.data) return <JobDetails key={id} job={query.data} />;
  const isMissing = query.error instanceof ApiError && (query.error.status === 404 || query.error.status === 400);
  return (
    <Page title="Job">
      <BackLink />
      {isMissing && (
        <EmptyState
          icon={FileX}
          title="Job not found"
          actions={
            <Link to="/jobs" className={buttonClass('primary')}>
              Go to jobs
            </Link>
          }
        >
          It may have been deleted by retention.
        </EmptyState>
      )}
      {query.isError && !isMissing && (
        <ErrorState error={query.error} what="this job" onRetry={() => void query.refetch()} />
      )}
      {isSlow && <Skeleton className="h-64 w-full" />}
    </Page>
  );
}

function JobDetails({ job }: { job: Job }) {
  const navigate = useNavigate();
  const { search, ids } = useStore(listContext);
  const leave = useCallback(() => void navigate({ to: '/jobs', search: listContext.get().search }), [navigate]);
  const { commands, dialog } = useJobCommands(leave);
  const { data: attempts } = useQuery(attemptsQuery(job.id));
  const index = ids.indexOf(job.id);
  useEffect(() => {
    currentJob.set({ job, commands });
    return () => currentJob.set(null);
  }, [job, commands]);
  const open = (id: string | undefined) =>
    id !== undefined && void navigate({ to: '/jobs/$id', params: { id }, search: (previous) => previous });
  useShortcuts({
    j: () => open(ids[index + 1]),
    k: () => open(ids[index - 1]),
    '.': () => {
      const trigger = document.querySelector<HTMLElement>('[data-job-menu]');
      trigger?.focus();
      trigger?.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, button: 0 }));
    },
    Escape: () => void navigate({ to: '/jobs', search }),
  });
  return (
    <Page title={job.type}>
      <BackLink />
      <JobHeader
        job={job}
        commands={commands}
        previousId={ids[index - 1]}
        nextId={index < 0 ? undefined : ids[index + 1]}
      />
      <ExplainCard job={job} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_360px]">
        <div className="min-w-0 space-y-4">
          <AttemptsCard job={job} attempts={attempts ?? []} />
          <JobTabs job={job} attempts={attempts ?? []} />
        </div>
        <JobFacts job={job} attempts={attempts ?? []} />
      </div>
      {dialog}
    </Page>
  );
}

function BackLink() {
  const { search } = useStore(listContext);
  return (
    <Link
      to="/jobs"
      search={search}
      className="inline-flex min-h-6 w-fit items-center gap-1 text-sm text-muted hover:text-fg"
    >
      <ArrowLeft aria-hidden className="size-4" /> Back to results
    </Link>
  );
}
