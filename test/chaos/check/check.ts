import type pg from 'pg';
import { clock } from '../../../src/platform/clock.js';
import type { JournalEntry } from '../faults/journal.js';
import type { HistoryEntry } from '../load/history.js';
import type { ChaosOptions } from '../options.js';
import type { System } from '../system/system.js';
import { loadEvidence } from './evidence.js';
import { readExecutions, type Execution } from './executions.js';
import { failedStarts, rerunDelays, unexpectedExits } from './figures.js';
import { INVARIANTS, MOST_LIVE_LEASES } from './invariants.js';
import { judgeCuts, type CutAttempt } from './cut-attempts.js';
import type { Report } from './report.js';
import { readComplaints } from './server-log.js';
import { judge } from './verdict.js';

const SAMPLE = 3;
const ROLLING = 'rolling restart by SIGTERM';
const STOPPED = 'PostgreSQL stopped';

/** What a run leaves behind to be judged. */
export interface Remains {
  options: ChaosOptions;
  system: System;
  history: readonly HistoryEntry[];
  journal: readonly JournalEntry[];
  missing: string[];
  wellAfterSeconds: number | null;
  quietAfterSeconds: number | null;
}

/** Judges a run whose processes have stopped and whose PostgreSQL still runs. */
export async function check(remains: Remains): Promise<Report> {
  const { system, history, options, journal } = remains;
  const executions = readExecutions(system.effectsFolder);
  return system.postgres.connected(async (client) => {
    await loadEvidence(client, history, executions);
    const broken = await findBroken(client);
    const rowsOf = (start: string) => broken.find(({ invariant }) => invariant.startsWith(start))?.rows ?? 0;
    const workers = system.workers.map(({ process }) => process);
    const silences = [...journal, ...withoutOrchestrator(system)];
    const judgeAll = async (status: string) =>
      judgeCuts(await readCuts(client, status), executions, workers, silences, options.leaseSeconds * 1000);
    const reaped = await judgeAll('LOST');
    const report: Report = {
      options,
      faults: countBy(journal, ({ fault }) => fault),
      missing: remains.missing,
      load: await load(client, history),
      jobs: await counts(client, 'SELECT status::text AS name, count(*)::int AS n FROM jobs GROUP BY status'),
      attempts: await counts(
        client,
        'SELECT status::text AS name, count(*)::int AS n FROM job_attempts GROUP BY status',
      ),
      executions: countExecutions(executions),
      lost: rowsOf('an acknowledged job is lost'),
      unexpected: rowsOf('a job was found'),
      staleAccepted: rowsOf('the accepted result'),
      mostLiveLeases: (await client.query<{ most: number }>(MOST_LIVE_LEASES)).rows[0]!.most,
      broken,
      complaints: readComplaints(system.postgres.readLog()),
      refused: history.filter((each) => each.kind !== 'cancel' && each.type === 'fail').map((each) => each.reason!),
      reaped,
      givenBack: await judgeAll('RELEASED'),
      rerunAfterKill: {
        undisturbed: rerunDelays(workers, executions, journal, true),
        all: rerunDelays(workers, executions, journal, false),
      },
      catchUpSeconds: await catchUps(client, journal),
      restarts: restarts(journal, reaped.deserved + reaped.other, executions),
      unexpectedExits: unexpectedExits(system.processes, journal),
      failedStarts: failedStarts(system.processes, journal),
      wellAfterSeconds: remains.wellAfterSeconds,
      quietAfterSeconds: remains.quietAfterSeconds,
      violations: [],
      missedTargets: [],
    };
    return { ...report, ...judge(report) };
  });
}

/** While none was up, no worker could renew anything. */
function withoutOrchestrator({ balancer, workers }: System): JournalEntry[] {
  const silenced = workers.map(({ process }) => process.name);
  return balancer.outages.map((outage) => ({ fault: 'no orchestrator', detail: '', silenced, ...outage }));
}

async function findBroken(client: pg.Client): Promise<Report['broken']> {
  const broken: Report['broken'] = [];
  for (const { name, sql } of INVARIANTS) {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    if (rows.length > 0) broken.push({ invariant: name, rows: rows.length, sample: rows.slice(0, SAMPLE) });
  }
  return broken;
}

async function load(client: pg.Client, history: readonly HistoryEntry[]): Promise<Report['load']> {
  const { rows } = await client.query<{ submitted: number; acknowledged: number; found: number }>(`
    SELECT (SELECT count(*) FROM chaos.submitted)::int AS submitted,
      (SELECT count(DISTINCT key) FROM chaos.acknowledged)::int AS acknowledged,
      (SELECT count(*) FROM jobs)::int AS found`);
  const unknownOutcomes = history.filter(({ type }) => type === 'info').length;
  return { ...rows[0]!, unknownOutcomes, slowestCallSeconds: slowestCall(history) };
}

function slowestCall(history: readonly HistoryEntry[]): number {
  const invoked = new Map<string, number>();
  let slowest = 0;
  for (const { producer, operation, type, at } of history) {
    const key = `${producer} ${operation}`;
    if (type === 'invoke') invoked.set(key, at);
    else slowest = Math.max(slowest, at - invoked.get(key)!);
  }
  return Math.round(slowest / 100) / 10;
}

async function counts(client: pg.Client, sql: string): Promise<Record<string, number>> {
  const { rows } = await client.query<{ name: string; n: number }>(sql);
  return Object.fromEntries(rows.map(({ name, n }) => [name, n]));
}

/** The database's clock is the wall clock of this machine, which nobody sets but for the two processes that are lied to. */
function wallToMonotonic(): number {
  return clock.monotonicMs() - clock.now().getTime();
}

async function readCuts(client: pg.Client, status: string): Promise<CutAttempt[]> {
  const { rows } = await client.query<{ job_id: string; attempt_number: number; finished_at: Date }>(
    'SELECT job_id, attempt_number, finished_at FROM job_attempts WHERE status = $1::attempt_status',
    [status],
  );
  const offset = wallToMonotonic();
  return rows.map(({ job_id, attempt_number, finished_at }) => {
    return { jobId: job_id, attempt: attempt_number, finishedAtMs: finished_at.getTime() + offset };
  });
}

async function catchUps(client: pg.Client, journal: readonly JournalEntry[]): Promise<number[]> {
  const seconds: number[] = [];
  for (const { toMs } of journal.filter(({ fault }) => fault === STOPPED)) {
    const { rows } = await client.query<{ seconds: number | null }>(
      `SELECT extract(epoch FROM max(finished_at) - $1)::float8 AS seconds FROM jobs
      WHERE type = 'quick' AND created_at < $1 AND finished_at > $1`,
      [new Date(toMs - wallToMonotonic())],
    );
    seconds.push(Math.round((rows[0]?.seconds ?? 0) * 10) / 10);
  }
  return seconds;
}

function countExecutions(executions: readonly Execution[]): Report['executions'] {
  const perJob = Object.values(countBy(executions, ({ jobId }) => jobId));
  return {
    total: executions.length,
    jobsWithSeveral: perJob.filter((n) => n > 1).length,
    jobsCompletedTwice: completedTwice(executions),
  };
}

function completedTwice(executions: readonly Execution[]): number {
  const completed = executions.filter(({ endedAtMs }) => endedAtMs !== null);
  return Object.values(countBy(completed, ({ jobId }) => jobId)).filter((n) => n > 1).length;
}

/** Only where nothing but restarts was done: else nobody can tell whose fault a second execution was. */
function restarts(
  journal: readonly JournalEntry[],
  lost: number,
  executions: readonly Execution[],
): Report['restarts'] {
  if (journal.length === 0 || journal.some(({ fault }) => fault !== ROLLING)) return null;
  return { made: journal.length, lost, completedTwice: completedTwice(executions) };
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const item of items) counted[keyOf(item)] = (counted[keyOf(item)] ?? 0) + 1;
  return counted;
}
