import { rmSync } from 'node:fs';
import { runChaos } from './chaos-run.js';
import { summary } from './check/summary.js';
import { HELP, readOptions } from './options.js';
import { prove } from './proof/prove.js';

/** `npm run chaos`. Ends with 0 when every promise was kept (or, with --prove, when the checker was right about every build). */
async function main(): Promise<boolean> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    process.stdout.write(HELP);
    return true;
  }
  const { run, weaken, prove: isProof } = options;
  if (isProof || weaken !== null) return prove(run, weaken, (text) => process.stdout.write(text));
  process.stdout.write(`${run.seconds} s of faults, seed ${run.seed}, ${run.rate} jobs a second …\n`);
  const { report, folder } = await runChaos(run);
  process.stdout.write(summary(report));
  const isKept = report.violations.length + report.missedTargets.length === 0;
  if (isKept && run.folder === null) rmSync(folder, { recursive: true });
  else process.stdout.write(`Histories, logs and report.json: ${folder}\n`);
  return isKept;
}

// Broken off: what was started ends with this process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

main().then(
  (isKept) => process.exit(isKept ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`${(error as Error).stack ?? String(error)}\n`);
    process.exit(2);
  },
);
