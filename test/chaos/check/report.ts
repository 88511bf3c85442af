import type { ChaosOptions } from '../options.js';
import type { JudgedCuts } from './cut-attempts.js';
import type { Spread } from './figures.js';
import type { Complaint } from './server-log.js';

/** What a run came to, as it is written to report.json. Durations are seconds. */
export interface Report {
  options: ChaosOptions;
  /** How often each fault was made. */
  faults: Record<string, number>;
  /** Faults that could not be made, here or at that time, and why. */
  missing: string[];
  load: { submitted: number; acknowledged: number; found: number; unknownOutcomes: number; slowestCallSeconds: number };
  jobs: Record<string, number>;
  attempts: Record<string, number>;
  executions: { total: number; jobsWithSeveral: number; jobsCompletedTwice: number };
  lost: number;
  unexpected: number;
  staleAccepted: number;
  mostLiveLeases: number;
  broken: { invariant: string; rows: number; sample: unknown }[];
  complaints: Complaint[];
  refused: string[];
  /** Executions whose lease was called expired. */
  reaped: JudgedCuts;
  /** Executions that their workers stopped and gave back. */
  givenBack: JudgedCuts;
  rerunAfterKill: { undisturbed: Spread | null; all: Spread | null };
  /** From the return of a stopped PostgreSQL until all quick jobs submitted by then were done. */
  catchUpSeconds: number[];
  restarts: { made: number; lost: number; completedTwice: number } | null;
  unexpectedExits: { name: string; code: number | null; signal: string | null }[];
  /** Orchestrators that were started while PostgreSQL was away, and ended for that. */
  failedStarts: number;
  /** From the end of the last fault until everything says it is well, and until every job has ended; null when it never did. */
  wellAfterSeconds: number | null;
  quietAfterSeconds: number | null;
  /** Promises that were broken. */
  violations: string[];
  /** Targets of speed that were missed. */
  missedTargets: string[];
}
