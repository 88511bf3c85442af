import { RERUN_TARGET_SECONDS } from './figures.js';
import type { Report } from './report.js';

/** Without the default lease the targets of time say nothing. */
const DEFAULT_LEASE_SECONDS = 15;

/** Holds a run against what is promised. */
export function judge(report: Report): Pick<Report, 'violations' | 'missedTargets'> {
  return { violations: violations(report), missedTargets: missedTargets(report) };
}

function violations(report: Report): string[] {
  const found: (string | false)[] = [
    ...report.broken.map(({ invariant, rows, sample }) => `${invariant}: ${rows} rows, as ${JSON.stringify(sample)}`),
    ...report.complaints.map(({ meaning, count, sample }) => `${meaning}: ${count} times, as "${sample}"`),
    report.mostLiveLeases > 1 && `${report.mostLiveLeases} live leases of one job at a time`,
    report.refused.length > 0 && `${report.refused.length} submissions were refused, as "${report.refused[0]}"`,
    report.unexpectedExits.length > 0 && `processes ended by themselves: ${JSON.stringify(report.unexpectedExits)}`,
    report.wellAfterSeconds === null && 'the system did not call itself well again',
    report.quietAfterSeconds === null && 'not all jobs came to an end',
  ];
  return found.filter((each) => each !== false);
}

function missedTargets({ options, reaped, givenBack, rerunAfterKill, restarts }: Report): string[] {
  const rerun = rerunAfterKill.undisturbed?.p99 ?? 0;
  const isDefault = options.leaseSeconds === DEFAULT_LEASE_SECONDS;
  const found: (string | false)[] = [
    reaped.duringDatabasePauses > 0 && `${reaped.duringDatabasePauses} live jobs were reaped around database pauses`,
    reaped.other > 0 && `${reaped.other} live jobs were reaped while PostgreSQL and their workers were well`,
    givenBack.duringDatabasePauses > 0 &&
      `${givenBack.duringDatabasePauses} running jobs were given up by their workers around database pauses`,
    isDefault && rerun > RERUN_TARGET_SECONDS && `a killed worker's job ran again after ${rerun} s (p99)`,
    restarts !== null && restarts.lost > 0 && `${restarts.lost} attempts were LOST by rolling restarts`,
    restarts !== null &&
      restarts.completedTwice > 0 &&
      `${restarts.completedTwice} jobs were completed twice by rolling restarts`,
  ];
  return found.filter((each) => each !== false);
}
