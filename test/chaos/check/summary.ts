import type { Spread } from './figures.js';
import type { Report } from './report.js';

/** A report for the person at the terminal. */
export function summary(report: Report): string {
  const { load, reaped, givenBack, rerunAfterKill, restarts, executions } = report;
  const lines: [string, string | number][] = [
    [
      'jobs acknowledged / found',
      `${load.acknowledged} / ${load.found} (${load.unknownOutcomes} calls with an unknown outcome)`,
    ],
    ['acknowledged, not found (lost)', report.lost],
    ['found, not submitted (unexpected)', report.unexpected],
    ['stale reports accepted', report.staleAccepted],
    ['most live leases of one job', report.mostLiveLeases],
    ['invariants broken', report.broken.length],
    [
      'executions',
      `${executions.total}; ${executions.jobsWithSeveral} jobs had several, ${executions.jobsCompletedTwice} were completed twice`,
    ],
    ['jobs', pairs(report.jobs)],
    ['attempts', pairs(report.attempts)],
    ['live jobs reaped around database pauses', reaped.duringDatabasePauses],
    [
      'live jobs reaped otherwise',
      `${reaped.other} (and ${reaped.deserved} of workers that were dead, stopped or cut off)`,
    ],
    ['running jobs given up around such pauses', givenBack.duringDatabasePauses],
    ['running jobs given up otherwise', `${givenBack.other} (and ${givenBack.deserved} with cause)`],
    ['kill to next run, undisturbed', spreadText(rerunAfterKill.undisturbed)],
    ['kill to next run, all', spreadText(rerunAfterKill.all)],
    ['caught up after PostgreSQL came back', report.catchUpSeconds.map((each) => `${each} s`).join(', ') || '-'],
    [
      'restarts',
      restarts ? `${restarts.made}, LOST ${restarts.lost}, completed twice ${restarts.completedTwice}` : '-',
    ],
    [
      'processes that ended by themselves',
      `${report.unexpectedExits.length} (${report.failedStarts} starts without PostgreSQL)`,
    ],
    ['slowest call of a producer', `${load.slowestCallSeconds} s`],
    [
      'well / quiet after the last fault',
      `${report.wellAfterSeconds ?? 'never'} s / ${report.quietAfterSeconds ?? 'never'} s`,
    ],
    ['faults', pairs(report.faults)],
    ['faults that could not be made here', report.missing.join('; ') || 'none'],
  ];
  const table = lines.map(([name, value]) => `  ${name.padEnd(42)} ${value}`).join('\n');
  const verdicts = [
    ...report.violations.map((each) => `VIOLATION: ${each}`),
    ...report.missedTargets.map((each) => `MISSED: ${each}`),
  ];
  return `${table}\n${verdicts.length > 0 ? verdicts.join('\n') : 'All promises were kept.'}\n`;
}

function spreadText(spread: Spread | null): string {
  return spread ? `p50 ${spread.p50} s, p99 ${spread.p99} s, most ${spread.max} s, of ${spread.count}` : '-';
}

function pairs(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ');
}
