import { setTimeout as delay } from 'node:timers/promises';
import type { SeededRandom } from '../system/seeded-random.js';
import type { Fault, FaultContext } from './fault.js';
import type { Journal } from './journal.js';

const FIRST_PAUSE_SECONDS = 2;
const LONGEST_PAUSE_SECONDS = 4;

/**
 * Makes faults until the signal, on two tracks at once. Each track goes through all of its faults in an order drawn from the seed, then
 * through all of them again in another, so that each comes as often as the next.
 * @returns what kept faults from being made: a server that could not be reached to be hurt, for instance
 */
export async function makeFaults(
  faults: readonly Fault[],
  base: Omit<FaultContext, 'random' | 'hold' | 'during'>,
  random: SeededRandom,
  journal: Journal,
  signal: AbortSignal,
): Promise<string[]> {
  const hold = (seconds: number) => delay(seconds * 1000, undefined, { signal }).catch(() => undefined);
  const failed: string[] = [];
  const runTrack = async (track: Fault['track']) => {
    const own = faults.filter((fault) => fault.track === track);
    const chance = random.fork(track);
    if (own.length > 0) await hold(FIRST_PAUSE_SECONDS);
    while (own.length > 0 && !signal.aborted) {
      for (const fault of chance.shuffle(own)) {
        if (signal.aborted) break;
        const during: FaultContext['during'] = (detail, disturbance, work) =>
          journal.note(fault.name, detail, disturbance, work);
        await fault.make({ ...base, random: chance, hold, during }).catch((error: unknown) => {
          failed.push(`${fault.name}: ${String(error)}`);
        });
        await hold(chance.between(0.5, LONGEST_PAUSE_SECONDS));
      }
    }
  };
  await Promise.all([runTrack('processes'), runTrack('servers')]);
  return failed;
}
