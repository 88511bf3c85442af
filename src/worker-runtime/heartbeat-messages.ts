import type { LeaseStatus, WorkerState } from '../contract/worker.dto.js';

/** What the heartbeat thread is started with. */
export interface HeartbeatStart {
  url: string;
  apiKey: string | undefined;
  workerId: string;
  heartbeatSeconds: number;
  leaseSeconds: number;
  /** See `SharedInstants`. */
  shared: SharedArrayBuffer;
}

/** What the main thread tells. */
export type ToHeartbeat =
  | {
      kind: 'leases';
      /** Of the question that this answers. */
      question: number;
      /** The text of each `RunningLease`. */
      running: string[];
      freeSlots: number;
      state: WorkerState;
    }
  | { kind: 'registered'; workerId: string; heartbeatSeconds: number; leaseSeconds: number }
  | { kind: 'beat' }
  | { kind: 'stop' };

/** What the heartbeat thread tells. */
export type FromHeartbeat =
  | { kind: 'which'; question: number }
  | { kind: 'answer'; verdicts: LeaseStatus[]; commands: string[] }
  | { kind: 'unknown_worker'; workerId: string }
  | { kind: 'log'; level: 'info' | 'warn'; fields: object; message: string };

/**
 * Two instants that both threads must see even while the other is busy, in milliseconds of the monotonic clock, which all threads
 * share. Atomic: a plain 64-bit number may be read half written.
 */
export class SharedInstants {
  private readonly cells: BigInt64Array;

  constructor(readonly buffer = new SharedArrayBuffer(16)) {
    this.cells = new BigInt64Array(buffer);
  }

  /** When the last acknowledged renewal was sent. Written by the heartbeat thread. */
  get renewedAtMs(): number {
    return Number(Atomics.load(this.cells, 0));
  }

  set renewedAtMs(value: number) {
    Atomics.store(this.cells, 0, BigInt(Math.floor(value)));
  }

  /** Until when leases may be renewed without hearing from the main thread. Written by the main thread. */
  get renewBlindUntilMs(): number {
    return Number(Atomics.load(this.cells, 1));
  }

  set renewBlindUntilMs(value: number) {
    Atomics.store(this.cells, 1, BigInt(Math.ceil(value)));
  }
}
