import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { jobEventsQuery } from '../api/jobs.js';
import type { Attempt, Job } from '../api/types.js';
import { useShortcuts } from '../shell/shortcuts.js';
import { Skeleton } from '../ui/states.js';
import { Tabs } from '../ui/tabs.js';
import { DateTime, RelativeTime } from '../ui/time.js';
import { JobErrors } from './job-errors.js';

const JsonViewer = lazy(() => import('../ui/json-viewer.js'));
const JobLogs = lazy(() => import('./job-logs.js'));

const route = getRouteApi('/shell/jobs/$id');
const names = ['payload', 'result', 'errors', 'logs', 'events'] as const;

/** Payload, result, errors, logs and audit trail; the open tab is in the URL. */
export function JobTabs({ job, attempts }: { job: Job; attempts: readonly Attempt[] }) {
  const { tab } = route.useSearch();
  const navigate = useNavigate();
  const current = names.find((name) => name === tab) ?? 'payload';
  const open = (name: string) =>
    void navigate({ to: '.', search: (previous) => ({ ...previous, tab: name }), replace: true, resetScroll: false });
  useShortcuts(Object.fromEntries(names.map((name, index) => [String(index + 1), () => open(name)])));
  const errors = attempts.filter((attempt) => attempt.error !== null);
  return (
    <Tabs
      label="Job details"
      value={current}
      onChange={open}
      items={[
        { value: 'payload', label: 'Payload', content: <Viewer value={job.payload} name="Payload" /> },
        {
          value: 'result',
          label: 'Result',
          content:
            job.status === 'SUCCESS' ? (
              <Viewer value={job.result} name="Result" />
            ) : (
              <p className="text-sm text-muted">No result: the job has not succeeded.</p>
            ),
        },
        {
          value: 'errors',
          label: 'Errors',
          count: errors.length,
          content: <JobErrors attempts={errors} fingerprint={job.error_fingerprint} />,
        },
        {
          value: 'logs',
          label: 'Logs',
          content: (
            <Suspense fallback={<Skeleton className="h-40 w-full" />}>
              <JobLogs id={job.id} />
            </Suspense>
          ),
        },
        { value: 'events', label: 'Events', content: <Events id={job.id} /> },
      ]}
    />
  );
}

function Viewer({ value, name }: { value: unknown; name: string }) {
  return (
    <Suspense fallback={<Skeleton className="h-40 w-full" />}>
      <JsonViewer value={value} name={name} />
    </Suspense>
  );
}

function Events({ id }: { id: string }) {
  const { data, isError } = useQuery(jobEventsQuery(id));
  if (isError) return <p className="text-sm text-danger-fg">The audit trail could not be loaded.</p>;
  if (!data) return <Skeleton className="h-20 w-full" />;
  if (data.length === 0) return <p className="text-sm text-muted">Nobody has acted on this job.</p>;
  return (
    <ol className="space-y-3 border-l border-line pl-4 text-sm">
      {data.map((event) => (
        <li key={event.id}>
          <span className="font-medium">{event.action}</span> by {event.actor ?? 'the API'}{' '}
          <span className="text-muted">
            · <RelativeTime at={event.at} /> · <DateTime at={event.at} />
          </span>
          {event.detail && <p className="text-muted">{event.detail}</p>}
        </li>
      ))}
    </ol>
  );
}
