import type { JournalEntry } from '../faults/journal.js';
import type { SupervisedProcess } from '../system/supervised-process.js';
import type { Execution } from './executions.js';

/** An attempt that ended without a result: LOST by the verdict of the sweep, or RELEASED by its worker. Monotonic milliseconds. */
export interface CutAttempt {
  jobId: string;
  attempt: number;
  finishedAtMs: number;
}

export interface JudgedCuts {
  /** The worker was dead, stopped, cut off or told to end. */
  deserved: number;
  /** The worker was well, and PostgreSQL had been away. */
  duringDatabasePauses: number;
  /** The worker was well, and so was PostgreSQL. An orchestrator may have been disturbed. */
  other: number;
}

/** Between two heartbeats, and between the end of a lease and the tick that finds it. */
const SLACK_MS = 5000;
/** What a worker that was told to end may still take to give back what it runs. */
const STOP_MS = 45_000;

/** Tells the attempts that were cut short for a reason from those of workers that were well. Those that no handler saw have none. */
export function judgeCuts(
  cuts: readonly CutAttempt[],
  executions: readonly Execution[],
  workers: readonly SupervisedProcess[],
  journal: readonly JournalEntry[],
  leaseMs: number,
): JudgedCuts {
  const executionOf = new Map(executions.map((each) => [`${each.jobId} ${each.attempt}`, each]));
  const judged: JudgedCuts = { deserved: 0, duringDatabasePauses: 0, other: 0 };
  for (const { jobId, attempt, finishedAtMs } of cuts) {
    const execution = executionOf.get(`${jobId} ${attempt}`);
    if (!execution) continue;
    const sinceMs = finishedAtMs - leaseMs - SLACK_MS;
    const isDatabaseAway = journal.some((entry) => entry.database && overlaps(entry, sinceMs - leaseMs, finishedAtMs));
    if (wasSilent(execution.pid, sinceMs, finishedAtMs, workers, journal)) judged.deserved++;
    else judged[isDatabaseAway ? 'duringDatabasePauses' : 'other']++;
  }
  return judged;
}

/** True when that process could not have renewed its leases all the while, or was on its way out. */
function wasSilent(
  pid: number,
  fromMs: number,
  toMs: number,
  workers: readonly SupervisedProcess[],
  journal: readonly JournalEntry[],
): boolean {
  const worker = workers.find(({ lives }) => lives.some((life) => life.pid === pid));
  const life = worker?.lives.find((each) => each.pid === pid);
  if (!worker || !life) return true;
  const goneFromMs = (life.endedAtMs ?? Infinity) - (life.end?.ours === 'SIGTERM' ? STOP_MS : 0);
  if (goneFromMs < toMs) return true;
  return journal.some((entry) => entry.silenced?.includes(worker.name) && overlaps(entry, fromMs, toMs));
}

export function overlaps(entry: { fromMs: number; toMs: number }, fromMs: number, toMs: number): boolean {
  return entry.fromMs < toMs && entry.toMs > fromMs;
}
