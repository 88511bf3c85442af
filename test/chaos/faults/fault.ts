import type { Producer } from '../load/producer.js';
import type { ChaosOptions } from '../options.js';
import type { SeededRandom } from '../system/seeded-random.js';
import type { System } from '../system/system.js';
import type { Disturbance } from './journal.js';

/** What a fault has to work with. */
export interface FaultContext {
  system: System;
  producers: readonly Producer[];
  options: ChaosOptions;
  random: SeededRandom;
  /** Waits; less when the run ends meanwhile. Never rejects. */
  hold(seconds: number): Promise<void>;
  /** Does the work and notes for how long it disturbed whom. */
  during(detail: string, disturbance: Disturbance, work: () => Promise<void>): Promise<void>;
}

/** One way of hurting the system. It leaves everything as it was, even when the run ends meanwhile. */
export interface Fault {
  name: string;
  /** Faults of one track follow one another; those of different tracks meet. */
  track: 'processes' | 'servers';
  /** Why it can't be made here, if so. */
  missing?(system: System): string | undefined;
  make(context: FaultContext): Promise<void>;
}
