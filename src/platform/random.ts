import { randomFillSync, randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { clock } from './clock.js';

const ID_BYTES = 16;
/** Random bytes are drawn for so many ids at a time: a draw costs a microsecond and more, whatever its size. */
const pool = new Uint8Array(ID_BYTES * 1024);
let drawnAt = pool.length;
/** When the last id was made, and its place within that millisecond. */
let lastMs = 0;
let place = 0;

/** The only source of randomness: ids, tokens and jitter. */
export const random = {
  /** A time-ordered UUID (version 7): ids made later sort later, also within one millisecond of one process. */
  id(): string {
    const bytes = draw();
    const now = clock.now().getTime();
    if (now > lastMs) {
      lastMs = now;
      place = ((bytes[6]! & 0x7f) << 24) | (bytes[7]! << 16) | (bytes[8]! << 8) | bytes[9]!;
    } else {
      // The counter has 32 bits; when it runs over, the next millisecond is used up early.
      place = (place + 1) | 0;
      if (place === 0) lastMs++;
    }
    return v7({ random: bytes, msecs: lastMs, seq: place });
  },
  /** An unguessable UUID (version 4). */
  token(): string {
    return randomUUID();
  },
  /** Unguessable bytes. */
  bytes(count: number): Uint8Array {
    return randomFillSync(new Uint8Array(count));
  },
  /** Uniform in [0, 1). */
  fraction(): number {
    return Math.random();
  },
};

function draw(): Uint8Array {
  if (drawnAt === pool.length) {
    randomFillSync(pool);
    drawnAt = 0;
  }
  return pool.subarray(drawnAt, (drawnAt += ID_BYTES));
}
