import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { errorGroupsQuery } from '../api/stats.js';
import type { Attempt } from '../api/types.js';
import { Button } from '../ui/button.js';
import { CopyButton } from '../ui/copy-button.js';
import { plural } from '../ui/format.js';
import { StatusBadge } from '../ui/status-badge.js';
import { RelativeTime } from '../ui/time.js';

interface ErrorRun {
  /** The newest attempt that failed so. */
  attempt: Attempt;
  /** How many attempts in a row failed the same way. */
  count: number;
}

/** What went wrong, newest first; the same error in a row is shown once. */
export function JobErrors({
  attempts,
  fingerprint,
}: {
  attempts: readonly Attempt[];
  /** The group of the job's last error. */
  fingerprint: string | null;
}) {
  if (attempts.length === 0) return <p className="text-sm text-muted">No attempt has failed.</p>;
  return (
    <div className="space-y-3">
      {fingerprint !== null && <SameError fingerprint={fingerprint} />}
      <Runs attempts={attempts} />
    </div>
  );
}

/** Leads to the other jobs that failed the same way. */
function SameError({ fingerprint }: { fingerprint: string }) {
  const { data: groups } = useQuery(errorGroupsQuery('7d'));
  const group = groups?.find((each) => each.fingerprint === fingerprint);
  return (
    <p className="text-sm">
      <Link to="/jobs" search={{ error: fingerprint }} className="text-accent underline underline-offset-2">
        {group ? `${plural(group.jobs, 'job')} with this error` : 'All jobs with this error'}
      </Link>
      {group && <span className="text-muted"> · {plural(group.occurrences, 'failed attempt')} in 7 days</span>}
    </p>
  );
}

function Runs({ attempts }: { attempts: readonly Attempt[] }) {
  return (
    <ol className="space-y-3">
      {runsOf(attempts).map(({ attempt, count }) => (
        <li key={attempt.id} className="rounded-lg border border-line bg-surface">
          <div className="flex items-center justify-between gap-2 border-b border-line px-3 py-2 text-xs text-muted">
            <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <StatusBadge status={attempt.status} />
              <span className="tabular">Attempt {attempt.attempt_number}</span>
              {count > 1 && <span className="font-medium text-fg">same error ×{count}</span>}
              <RelativeTime at={attempt.finished_at ?? attempt.started_at} />
            </span>
            <CopyButton text={[attempt.error, attempt.error_stack].filter(Boolean).join('\n')} label="Copy error" />
          </div>
          <div className="p-3">
            {attempt.error_type && <p className="mb-1 font-mono text-xs text-muted">{attempt.error_type}</p>}
            <pre className="font-mono text-xs break-words whitespace-pre-wrap">{attempt.error}</pre>
            {attempt.error_stack && <Stack text={attempt.error_stack} />}
          </div>
        </li>
      ))}
    </ol>
  );
}

function Stack({ text }: { text: string }) {
  const [isOpen, setOpen] = useState(false);
  const [hasLibraries, setLibraries] = useState(false);
  const frames = text.split('\n');
  const own = frames.filter((frame) => !/node_modules|node:internal|site-packages/.test(frame));
  const shown = hasLibraries ? frames : own;
  return (
    <div className="mt-2">
      <div className="flex gap-2">
        <Button size="sm" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide stack' : 'Show stack'}
        </Button>
        {isOpen && own.length < frames.length && (
          <Button size="sm" variant="ghost" aria-pressed={hasLibraries} onClick={() => setLibraries(!hasLibraries)}>
            Library frames
          </Button>
        )}
      </div>
      {isOpen && (
        <pre className="mt-2 overflow-x-auto rounded-md bg-subtle p-3 font-mono text-xs text-muted">
          {shown.join('\n')}
        </pre>
      )}
    </div>
  );
}

function runsOf(attempts: readonly Attempt[]): ErrorRun[] {
  const runs: ErrorRun[] = [];
  for (const attempt of attempts.toReversed()) {
    const last = runs.at(-1);
    const isSame = last?.attempt.error === attempt.error && last?.attempt.error_type === attempt.error_type;
    if (last && isSame) last.count += 1;
    else runs.push({ attempt, count: 1 });
  }
  return runs;
}
