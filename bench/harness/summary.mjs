import { round } from './processes.mjs';

/** Median with min and max of each figure over the rounds, and the CPU seconds of each process per 1,000 jobs (medians). */
export function summarize(runs) {
  if (runs.length === 0) return undefined;
  const figures = {};
  for (const name of Object.keys(runs[0])) {
    if (typeof runs[0][name] === 'number') figures[name] = spread(runs.map((run) => run[name]));
    else if (name !== 'cpu') figures[name] = runs.at(-1)[name];
  }
  const cpuMsPerJob = Object.fromEntries(
    Object.keys(runs[0].cpu ?? {}).map((process) => [
      process,
      median(runs.map(({ cpu, jobs }) => round((cpu[process] / jobs) * 1000, 4))),
    ]),
  );
  return { ...figures, cpuMsPerJob, runs };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

function spread(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}
