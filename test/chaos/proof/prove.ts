import { rmSync } from 'node:fs';
import { runChaos } from '../chaos-run.js';
import type { ChaosOptions } from '../options.js';
import type { Alteration } from '../system/product-build.js';
import { WEAKENINGS, findWeakening } from './weakenings.js';

/**
 * Runs builds that lack one guard each, and a sound one under the same faults. The checker has to be red for the first and green for the
 * second: a check that can't fail proves nothing, nor does one that always does.
 * @param guard the one that is wanted; null for all
 * @returns whether it was right about all of them
 */
export async function prove(
  options: ChaosOptions,
  guard: string | null,
  say: (text: string) => void,
): Promise<boolean> {
  let isRight = true;
  for (const weakening of guard === null ? WEAKENINGS : [findWeakening(guard)]) {
    const { run, without, widening = {} } = weakening;
    const settings = { ...options, ...run };
    say(`${weakening.guard}: ${weakening.instead}\n`);
    const isRed = !(await isKept(settings, both(without, widening), '  without it: ', say));
    const isGreen = await isKept(settings, widening, '  with it:    ', say);
    say(isRed && isGreen ? '' : '  The checker is WRONG about this guard.\n');
    isRight &&= isRed && isGreen;
  }
  return isRight;
}

function both(one: Alteration, other: Alteration): Alteration {
  return {
    patches: [...(other.patches ?? []), ...(one.patches ?? [])],
    sql: [...(other.sql ?? []), ...(one.sql ?? [])],
  };
}

async function isKept(
  options: ChaosOptions,
  alteration: Alteration,
  title: string,
  say: (text: string) => void,
): Promise<boolean> {
  const { report, folder } = await runChaos(options, alteration);
  const found = [...report.violations, ...report.missedTargets];
  const { acknowledged } = report.load;
  say(`${title}${found.length > 0 ? 'red' : 'green'}, ${acknowledged} jobs\n`);
  for (const each of found) say(`    ${each.slice(0, 250)}\n`);
  rmSync(folder, { recursive: true, force: true });
  return found.length === 0;
}
