import { rmSync } from 'node:fs';
import { runChaos } from '../chaos-run.js';
import type { ChaosOptions } from '../options.js';
import { WEAKENINGS } from './weakenings.js';

/**
 * Runs every weakened build, and a sound one under the same faults. The checker has to be red for the first and green for the second:
 * a check that can't fail proves nothing, nor does one that always does.
 */
export async function prove(options: ChaosOptions, say: (text: string) => void): Promise<boolean> {
  let isRight = true;
  for (const { guard, run } of WEAKENINGS) {
    for (const weaken of [guard, null]) {
      const { report, folder } = await runChaos({ ...options, ...run, weaken });
      const found = [...report.violations, ...report.missedTargets];
      const isRed = found.length > 0;
      const isExpected = isRed === (weaken !== null);
      isRight &&= isExpected;
      say(`${isExpected ? 'right' : 'WRONG'}: ${weaken ? `without "${guard}"` : 'with it'}: ${isRed ? 'red' : 'green'}\n`);
      for (const each of found) say(`    ${each.slice(0, 250)}\n`);
      if (isExpected) rmSync(folder, { recursive: true });
      else say(`    see ${folder}\n`);
    }
  }
  return isRight;
}
