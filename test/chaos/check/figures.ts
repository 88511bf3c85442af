import type { JournalEntry } from '../faults/journal.js';
import type { Life, SupervisedProcess } from '../system/supervised-process.js';
import type { Execution } from './executions.js';
import { overlaps } from './cut-attempts.js';

export interface Spread {
  count: number;
  p50: number;
  p99: number;
  max: number;
}

/** What a killed worker's job waits for at most, by design: its lease, the tick that finds it expired, and a slot. */
export const RERUN_TARGET_SECONDS = 22;

const LONGEST_START_MS = 30_000;

/**
 * From the kill of a worker to the next start of each job that it was running, in seconds.
 * @param isUndisturbed only kills within whose time no other fault was made that keeps the system from noticing
 */
export function rerunDelays(
  workers: readonly SupervisedProcess[],
  executions: readonly Execution[],
  journal: readonly JournalEntry[],
  isUndisturbed: boolean,
): Spread | null {
  const startsOf = byJob(executions);
  const kills = workers.flatMap(({ lives }) => lives).filter((life) => life.end?.ours === 'SIGKILL');
  const seconds = kills
    .filter((life) => !isUndisturbed || !journal.some((entry) => disturbsKill(entry, life)))
    .flatMap(({ pid, endedAtMs }) => {
      const cutShort = executions.filter((each) => each.pid === pid && each.endedAtMs === null);
      return cutShort.flatMap(({ jobId, attempt, startedAtMs }) => {
        const next = startsOf.get(jobId)!.find((each) => each.attempt > attempt);
        // One that failed or was stopped before the kill has no end either, and its next start may be earlier.
        return next && startedAtMs < endedAtMs! && next.startedAtMs > endedAtMs!
          ? [(next.startedAtMs - endedAtMs!) / 1000]
          : [];
      });
    });
  return spread(seconds);
}

function disturbsKill(entry: JournalEntry, kill: Life): boolean {
  const isOwn = entry.fault === 'worker kill -9';
  const hurts = entry.database || (entry.silenced?.length ?? 0) > 0;
  const untilMs = kill.endedAtMs! + RERUN_TARGET_SECONDS * 1000;
  // A pause of the database holds the sweep off for a lease after it, which is then as long as the rest.
  return !isOwn && hurts === true && overlaps(entry, kill.endedAtMs! - RERUN_TARGET_SECONDS * 1000, untilMs);
}

/** Ends of the product's processes that nobody asked for. A handler that aborts takes its worker with it; that is its right. */
export function unexpectedExits(
  processes: readonly SupervisedProcess[],
  journal: readonly JournalEntry[],
): { name: string; code: number | null; signal: string | null }[] {
  return exits(processes)
    .filter((exit) => !isFailedStart(exit, journal))
    .map(({ name, life: { end } }) => ({ name, code: end!.code, signal: end!.signal }));
}

export function failedStarts(processes: readonly SupervisedProcess[], journal: readonly JournalEntry[]): number {
  return exits(processes).filter((exit) => isFailedStart(exit, journal)).length;
}

interface Exit {
  name: string;
  role: SupervisedProcess['role'];
  life: Life;
}

function exits(processes: readonly SupervisedProcess[]): Exit[] {
  return processes.flatMap(({ name, role, lives }) =>
    lives
      .filter(({ end }) => end !== null && end.ours === null && end.signal !== 'SIGABRT')
      .map((life) => ({ name, role, life })),
  );
}

/** An orchestrator that finds no database when it starts says so and ends; whoever supervises it tries again. */
function isFailedStart({ role, life }: Exit, journal: readonly JournalEntry[]): boolean {
  const endedAtMs = life.endedAtMs!;
  const isStart = role === 'orchestrator' && endedAtMs - life.startedAtMs < LONGEST_START_MS && life.end!.code === 1;
  return isStart && journal.some((entry) => hidesDatabase(entry) && overlaps(entry, life.startedAtMs, endedAtMs));
}

function hidesDatabase({ fault, database }: JournalEntry): boolean {
  return database === true || /PostgreSQL|link|terminated/.test(fault);
}

export function spread(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) => round(sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)]!);
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: round(sorted.at(-1)!) };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** In the order of their starts. */
function byJob(executions: readonly Execution[]): Map<string, Execution[]> {
  const groups = new Map<string, Execution[]>();
  for (const execution of [...executions].sort((a, b) => a.startedAtMs - b.startedAtMs)) {
    const others = groups.get(execution.jobId);
    if (others) others.push(execution);
    else groups.set(execution.jobId, [execution]);
  }
  return groups;
}
