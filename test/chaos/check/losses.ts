import type { JournalEntry } from '../faults/journal.js';
import type { SupervisedProcess } from '../system/supervised-process.js';
import type { Execution } from './executions.js';

/** An attempt that the sweep called LOST. Monotonic milliseconds. */
export interface LostAttempt {
  jobId: string;
  attempt: number;
  finishedAtMs: number;
}

export interface JudgedLosses {
  /** The worker was dead, stopped or cut off. */
  deserved: number;
  /** The worker was well, and PostgreSQL had been away. */
  duringDatabasePauses: LostAttempt[];
  /** The worker was well, and so was PostgreSQL. An orchestrator may have been disturbed. */
  other: LostAttempt[];
}

/** A lease that was renewed last just before a fault expires so much later, at most. */
const SLACK_MS = 5000;

/** Tells the leases that were called expired for a reason from those of workers that were well. */
export function judgeLosses(
  lost: readonly LostAttempt[],
  executions: readonly Execution[],
  workers: readonly SupervisedProcess[],
  journal: readonly JournalEntry[],
  leaseMs: number,
): JudgedLosses {
  const executionOf = new Map(executions.map((each) => [`${each.jobId} ${each.attempt}`, each]));
  const judged: JudgedLosses = { deserved: 0, duringDatabasePauses: [], other: [] };
  for (const loss of lost) {
    const execution = executionOf.get(`${loss.jobId} ${loss.attempt}`);
    const sinceMs = loss.finishedAtMs - leaseMs - SLACK_MS;
    if (!execution || wasSilent(execution.pid, sinceMs, loss.finishedAtMs, workers, journal)) judged.deserved++;
    else if (journal.some((entry) => entry.database && overlaps(entry, sinceMs - leaseMs, loss.finishedAtMs)))
      judged.duringDatabasePauses.push(loss);
    else judged.other.push(loss);
  }
  return judged;
}

/** True when that process could not have renewed its leases all the while. */
function wasSilent(
  pid: number,
  fromMs: number,
  toMs: number,
  workers: readonly SupervisedProcess[],
  journal: readonly JournalEntry[],
): boolean {
  const worker = workers.find(({ lives }) => lives.some((life) => life.pid === pid));
  const life = worker?.lives.find((each) => each.pid === pid);
  if (!worker || !life || (life.endedAtMs !== null && life.endedAtMs < toMs)) return true;
  return journal.some((entry) => entry.silenced?.includes(worker.name) && overlaps(entry, fromMs, toMs));
}

export function overlaps(entry: { fromMs: number; toMs: number }, fromMs: number, toMs: number): boolean {
  return entry.fromMs < toMs && entry.toMs > fromMs;
}
