import { rmSync } from 'node:fs';
import { runChaos } from './chaos-run.js';
import { DEFAULTS, type ChaosOptions } from './options.js';
import { findWeakening } from './proof/weakenings.js';

/*
 * The short form of `npm run chaos`: the same harness with a short lease, so that leases expire within seconds. Only what is promised at
 * any speed is asserted here; how soon things happen is measured by the long runs.
 */

const SHORT: ChaosOptions = {
  ...DEFAULTS,
  rate: 20,
  concurrency: 10,
  leaseSeconds: 4,
  outageSeconds: 5,
};
const LIMIT_MS = 400_000;

async function run(options: ChaosOptions, alteration?: Parameters<typeof runChaos>[1]) {
  const { report, folder } = await runChaos(options, alteration);
  rmSync(folder, { recursive: true });
  return report;
}

describe('the system under faults', () => {
  it(
    'loses no job, accepts no stale result and breaks no invariant',
    async () => {
      const report = await run({ ...SHORT, seconds: 30, seed: 20 });
      expect(report.violations).toEqual([]);
      expect(report).toMatchObject({ lost: 0, unexpected: 0, staleAccepted: 0, mostLiveLeases: 1 });
      expect(report.load.acknowledged).toBe(report.load.submitted);
      expect(Object.keys(report.faults).length).toBeGreaterThan(3);
    },
    LIMIT_MS,
  );

  it(
    'is called broken by the checker when batches are not sorted',
    async () => {
      const { run: settings, without, widening } = findWeakening('sorted-batches');
      const report = await run({ ...SHORT, ...settings, seconds: 6 }, { patches: without.patches, sql: widening?.sql });
      expect(report.violations.join()).toContain('deadlock');
    },
    LIMIT_MS,
  );
});
