import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';

/** The only source of randomness: ids, tokens and jitter. */
export const random = {
  /** A time-ordered UUID (version 7): ids made later sort later, also within one millisecond of one process. */
  id(): string {
    return v7();
  },
  /** An unguessable UUID (version 4). */
  token(): string {
    return randomUUID();
  },
  /** Uniform in [0, 1). */
  fraction(): number {
    return Math.random();
  },
};
