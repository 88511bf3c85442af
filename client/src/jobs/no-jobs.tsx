import { Link } from '@tanstack/react-router';
import { Inbox, SearchX } from 'lucide-react';
import { useCanWrite } from '../auth/use-can-write.js';
import { Button, buttonClass } from '../ui/button.js';
import { CopyButton } from '../ui/copy-button.js';
import { EmptyState } from '../ui/states.js';
import type { JobSearch } from './job-search.js';

/** The first run: how to submit a job from anywhere. */
export function NoJobs() {
  const canWrite = useCanWrite();
  const command = `curl -X POST ${window.location.origin}/jobs -H 'content-type: application/json' -d '{"type":"email","payload":{"to":"user@example.com"}}'`;
  return (
    <EmptyState
      icon={Inbox}
      title="No jobs yet"
      actions={
        canWrite && (
          <Link to="." search={(previous) => ({ ...previous, new: '1' })} className={buttonClass('primary')}>
            Create the first job
          </Link>
        )
      }
    >
      <p>Submit one from any language over HTTP:</p>
      <div className="flex items-start gap-1 rounded-md border border-line bg-subtle p-2 text-left">
        <code className="min-w-0 flex-1 font-mono text-xs break-all text-fg">{command}</code>
        <CopyButton text={command} label="Copy command" />
      </div>
    </EmptyState>
  );
}

/** Filters that leave nothing. */
export function NoMatches({ search, onFilter }: { search: JobSearch; onFilter: (search: JobSearch) => void }) {
  return (
    <EmptyState
      icon={SearchX}
      title="No jobs match"
      actions={
        <>
          <Button variant="primary" onClick={() => onFilter({ size: search.size })}>
            Clear filters
          </Button>
          {search.from && (
            <Button onClick={() => onFilter({ ...search, from: undefined, to: undefined })}>Any time</Button>
          )}
        </>
      }
    >
      No job has all of these properties.
    </EmptyState>
  );
}
