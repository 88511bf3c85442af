import { Link, useNavigate } from '@tanstack/react-router';
import { clsx } from 'clsx';
import { memo, type MouseEvent } from 'react';
import type { JobSummary } from '../api/types.js';
import { shortId } from '../ui/format.js';
import { Progress } from '../ui/meter.js';
import { Duration, RelativeTime } from '../ui/time.js';
import { JobBadge, maxAttempts } from './job-badge.js';
import { columnClass, type JobColumn } from './job-columns.js';
import { JobMenu } from './job-menu.js';
import type { JobCommands } from './use-job-commands.js';

export interface JobRowProps {
  job: JobSummary;
  columns: readonly JobColumn[];
  workerName: string | undefined;
  isSelected: boolean;
  isFocused: boolean;
  isStale: boolean;
  isFresh: boolean;
  onToggle: (id: string, extend: boolean) => void;
  commands: JobCommands;
}

/** One job of the list. The whole row opens it; its type is the real link. */
export const JobRow = memo(function JobRow(props: JobRowProps) {
  const { job, columns, isSelected, isFocused, isStale, isFresh, onToggle, commands } = props;
  const navigate = useNavigate();
  const open = (event: MouseEvent) => {
    const isControl = (event.target as HTMLElement).closest('a, button, input, label, [role=menu]');
    if (isControl || window.getSelection()?.toString()) return;
    void navigate({ to: '/jobs/$id', params: { id: job.id } });
  };
  return (
    // The link in the row serves the keyboard; the click on the rest of it is a convenience.
    <tr
      data-href
      data-job-id={job.id}
      data-selected={isSelected}
      data-focused={isFocused}
      data-stale={isStale}
      data-fresh={isFresh}
      onClick={open}
    >
      <td data-phone="first" className={columnClass.select}>
        <label className="flex size-6 items-center justify-center pointer-coarse:size-11">
          <input
            type="checkbox"
            className="size-4"
            aria-label={`Select job ${job.id}`}
            checked={isSelected}
            onChange={() => undefined}
            onClick={(event) => onToggle(job.id, event.shiftKey)}
          />
        </label>
      </td>
      <td data-phone="first" className={clsx(columnClass.status, 'md:max-lg:[&_[data-badge-detail]]:hidden')}>
        <JobBadge job={job} />
      </td>
      <td data-wide className={columnClass.type}>
        <Identity job={job} />
      </td>
      {columns.map((column) => (
        <JobCell key={column} column={column} {...props} />
      ))}
      <td data-phone="end" className={columnClass.actions}>
        <JobMenu job={job} commands={commands} />
      </td>
    </tr>
  );
});

function Identity({ job }: { job: JobSummary }) {
  return (
    <div className="flex min-w-0 items-center gap-2">
      <Link
        to="/jobs/$id"
        params={{ id: job.id }}
        className="max-w-[65%] shrink-0 truncate font-medium underline-offset-2 hover:underline md:max-lg:max-w-full"
      >
        {job.type}
      </Link>
      <span className="font-mono text-xs whitespace-nowrap text-muted md:max-lg:hidden" title={job.id}>
        {shortId(job.id)}
      </span>
      {job.tags.slice(0, 2).map((tag) => (
        <span key={tag} className="hidden truncate rounded bg-hover px-1.5 text-xs text-muted xl:inline">
          {tag}
        </span>
      ))}
    </div>
  );
}

function JobCell({ column, job, workerName }: JobRowProps & { column: JobColumn }) {
  switch (column) {
    case 'queue':
      return (
        <td data-label="Queue" className={clsx(columnClass.queue, 'truncate')}>
          <Link to="/queues/$name" params={{ name: job.queue }} className="truncate underline-offset-2 hover:underline">
            {job.queue}
          </Link>
        </td>
      );
    case 'attempts':
      return (
        <td data-label="Attempts" className="tabular whitespace-nowrap">
          <span>
            {job.attempt}
            <span className="text-muted">/{maxAttempts(job)}</span>
          </span>
        </td>
      );
    case 'duration':
      return (
        <td data-label="Duration" className={clsx(columnClass.duration, 'whitespace-nowrap')}>
          {job.status === 'RUNNING' && job.progress !== null ? (
            <Progress label={`Progress of job ${job.id}`} percent={job.progress} />
          ) : (
            <Duration
              from={job.started_at}
              to={job.status === 'RUNNING' ? null : (job.finished_at ?? job.updated_at)}
            />
          )}
        </td>
      );
    case 'worker':
      return (
        <td data-label="Worker" className={clsx(columnClass.worker, 'truncate')}>
          {job.worker_id ? (
            <Link
              to="/workers/$id"
              params={{ id: job.worker_id }}
              className="text-muted underline-offset-2 hover:text-fg hover:underline"
            >
              {workerName ?? <span className="font-mono text-xs">{shortId(job.worker_id)}</span>}
            </Link>
          ) : (
            <span className="text-muted">—</span>
          )}
        </td>
      );
    case 'created':
      return (
        <td data-phone="when" className="text-muted">
          <RelativeTime at={job.created_at} />
        </td>
      );
    case 'finished':
      return (
        <td data-label="Finished" className="text-muted">
          <RelativeTime at={job.finished_at} />
        </td>
      );
    case 'next-run':
      return (
        <td data-label="Next run" className="text-muted">
          <RelativeTime at={job.run_at} />
        </td>
      );
    case 'priority':
      return (
        <td data-label="Priority" className="tabular">
          {job.priority}
        </td>
      );
    case 'error':
      return (
        <td className={clsx(columnClass.error, 'truncate text-muted')} title={job.error ?? undefined}>
          {job.error ?? '—'}
        </td>
      );
    case 'payload':
      return (
        <td
          className={clsx(columnClass.payload, 'truncate font-mono text-xs text-muted')}
          title={job.payload_preview ?? ''}
        >
          {job.payload_preview === null ? 'large' : job.payload_preview}
        </td>
      );
  }
}
