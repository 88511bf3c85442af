import type { System } from '../system/system.js';
import { CLOCK_FAULTS } from './clock-faults.js';
import type { Fault } from './fault.js';
import { NETWORK_FAULTS } from './network-faults.js';
import { POSTGRES_FAULTS } from './postgres-faults.js';
import { PROCESS_FAULTS } from './process-faults.js';
import { REDIS_FAULTS } from './redis-faults.js';

/** Every fault there is. */
export const FAULTS: readonly Fault[] = [
  ...PROCESS_FAULTS,
  ...CLOCK_FAULTS,
  ...POSTGRES_FAULTS,
  ...REDIS_FAULTS,
  ...NETWORK_FAULTS,
];

/**
 * The named faults, or all that can be made here, and why the others can't.
 * @throws Error for a name that no fault has
 */
export function chooseFaults(names: readonly string[] | null, system: System): { faults: Fault[]; missing: string[] } {
  const unknown = names?.find((name) => !FAULTS.some((fault) => fault.name === name));
  if (unknown !== undefined)
    throw new Error(`There is no fault "${unknown}". There are: ${FAULTS.map(({ name }) => name).join('; ')}`);
  const wanted = FAULTS.filter(({ name }) => names?.includes(name) ?? true);
  const reasons = wanted.map((fault) => ({ fault, reason: fault.missing?.(system) }));
  return {
    faults: reasons.filter(({ reason }) => reason === undefined).map(({ fault }) => fault),
    missing: reasons
      .filter(({ reason }) => reason !== undefined)
      .map(({ fault, reason }) => `${fault.name}: ${reason}`),
  };
}
