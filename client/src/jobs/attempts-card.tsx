import { useState } from 'react';
import type { Attempt, Job } from '../api/types.js';
import { Card } from '../ui/page.js';
import { StatusDot } from '../ui/status-badge.js';
import { statusLooks } from '../ui/status.js';
import { useTicking } from '../ui/ticker.js';
import { DateTime, Duration } from '../ui/time.js';
import { AttemptBar, AxisScale, BarLegend } from './attempt-bars.js';
import { WorkerLink, WorkerName } from './worker-link.js';

const MAX_BARS = 50;

const row =
  'grid w-full grid-cols-[3.25rem_minmax(0,1fr)_4rem] items-center gap-3 px-2 sm:grid-cols-[8rem_minmax(0,1fr)_9rem]';

/** All attempts on one time axis, and the same as a table. */
export function AttemptsCard({ job, attempts }: { job: Job; attempts: readonly Attempt[] }) {
  const [openNumber, setOpenNumber] = useState<number | null>(null);
  const endMs = useTicking((now) => lastInstant(job, attempts, now));
  if (attempts.length === 0) return null;
  const startMs = Date.parse(job.created_at);
  const axis = { startMs, endMs: Math.max(startMs + 1, endMs) };
  const shown = attempts.slice(-MAX_BARS);
  return (
    <Card title="Attempts" aside={<BarLegend />}>
      <div className="p-2">
        <div className={row}>
          <span />
          <AxisScale axis={axis} />
          <span />
        </div>
        <ol>
          {shown.map((attempt) => {
            const isOpen = openNumber === attempt.attempt_number;
            return (
              <li key={attempt.id}>
                <button
                  type="button"
                  aria-expanded={isOpen}
                  onClick={() => setOpenNumber(isOpen ? null : attempt.attempt_number)}
                  className={`${row} min-h-9 rounded-md text-left text-sm hover:bg-hover`}
                >
                  <span className="flex items-center gap-2">
                    <StatusDot status={attempt.status} />
                    <span className="w-5 tabular text-muted">#{attempt.attempt_number}</span>
                    <span className="max-sm:sr-only">{statusLooks[attempt.status].label}</span>
                  </span>
                  <AttemptBar attempt={attempt} previousEndMs={previousEnd(attempts, attempt)} axis={axis} />
                  <span className="flex items-center justify-end gap-3 text-xs text-muted">
                    <span className="truncate max-sm:hidden">
                      <WorkerName id={attempt.worker_id} />
                    </span>
                    <Duration from={attempt.started_at} to={attempt.finished_at} />
                  </span>
                </button>
                {isOpen && <AttemptFacts attempt={attempt} />}
              </li>
            );
          })}
        </ol>
      </div>
      <AttemptsTable attempts={shown} />
    </Card>
  );
}

function AttemptFacts({ attempt }: { attempt: Attempt }) {
  return (
    <div className="mx-2 mb-2 space-y-2 rounded-md bg-subtle p-3 text-sm">
      <p className="flex flex-wrap gap-x-4 gap-y-1 text-muted">
        <span>
          Worker <WorkerLink id={attempt.worker_id} />
        </span>
        <span>
          Started <DateTime at={attempt.started_at} />
        </span>
        <span>
          Finished <DateTime at={attempt.finished_at} />
        </span>
      </p>
      {attempt.error && (
        <pre className="font-mono text-xs break-words whitespace-pre-wrap text-danger-fg">
          {attempt.error_type ? `${attempt.error_type}: ` : ''}
          {attempt.error}
        </pre>
      )}
    </div>
  );
}

/** For screen readers: the bars' facts in rows. */
function AttemptsTable({ attempts }: { attempts: readonly Attempt[] }) {
  return (
    <div className="sr-only">
      <table aria-label="Attempts">
        <thead>
          <tr>
            <th scope="col">Attempt</th>
            <th scope="col">Status</th>
            <th scope="col">Started</th>
            <th scope="col">Duration</th>
            <th scope="col">Error</th>
          </tr>
        </thead>
        <tbody>
          {attempts.map((attempt) => (
            <tr key={attempt.id}>
              <td>{attempt.attempt_number}</td>
              <td>{statusLooks[attempt.status].label}</td>
              <td>
                <DateTime at={attempt.started_at} />
              </td>
              <td>
                <Duration from={attempt.started_at} to={attempt.finished_at} />
              </td>
              <td>{attempt.error}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function previousEnd(attempts: readonly Attempt[], attempt: Attempt): number | null {
  const previous = attempts.find((each) => each.attempt_number === attempt.attempt_number - 1);
  return previous?.finished_at ? Date.parse(previous.finished_at) : null;
}

function lastInstant(job: Job, attempts: readonly Attempt[], now: number): number {
  if (job.finished_at === null) return now;
  const ends = attempts.map((attempt) => Date.parse(attempt.finished_at ?? job.finished_at ?? ''));
  return Math.max(Date.parse(job.finished_at), ...ends);
}
