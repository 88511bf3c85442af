import type { FakeClock } from '../system/fake-clock.js';
import type { Fault, FaultContext } from './fault.js';

const HOUR = 3600;
const HOLD_SECONDS = 8;
const MISSING = 'libfaketime is not installed (on Debian: apt-get install libfaketime)';

const workerClock: Fault = {
  name: "worker's wall clock jumps an hour",
  track: 'processes',
  missing: ({ workers }) => (workers.some(({ clock }) => clock) ? undefined : MISSING),
  make: async (context) => jump(context, context.system.workers),
};

const orchestratorClock: Fault = {
  name: "orchestrator's wall clock jumps an hour",
  track: 'processes',
  missing: ({ orchestrators }) => (orchestrators.some(({ clock }) => clock) ? undefined : MISSING),
  make: async (context) => jump(context, context.system.orchestrators),
};

/** Forward or back, and later to the right time again: two jumps. */
async function jump(
  { random, hold, during }: FaultContext,
  owners: readonly { clock: FakeClock | undefined; process: { name: string } }[],
): Promise<void> {
  const owner = owners.find(({ clock }) => clock)!;
  const seconds = random.chance(0.5) ? HOUR : -HOUR;
  await during(`${owner.process.name} by ${seconds} s`, {}, async () => {
    owner.clock!.set(seconds);
    await hold(HOLD_SECONDS);
    owner.clock!.set(0);
  });
}

export const CLOCK_FAULTS: Fault[] = [workerClock, orchestratorClock];
