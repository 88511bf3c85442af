import { isIPv6 } from 'node:net';
import { clock } from '../clock.js';

const WINDOW_MS = 60_000;
const MAX_WRONG = 10;
const MAX_ADDRESSES = 10_000;

interface Record<Key> {
  wrong: number;
  endsAt: number;
  proven: Set<Key>;
}

/**
 * Slows down guessing: after ten wrong keys in a minute an address may only use keys that it has shown before. So one worker with a
 * stale key does not lock out its neighbours behind the same proxy. It remembers 10,000 addresses, those longest unseen go first.
 */
export class AttemptLimiter<Key> {
  private readonly records = new Map<string, Record<Key>>();

  /** Seconds that this address must wait before a key is looked at that it has not shown before; 0 when it need not. */
  waitSeconds(address: string): number {
    const record = this.records.get(network(address));
    if (record === undefined || record.wrong < MAX_WRONG) return 0;
    return Math.max(0, (record.endsAt - clock.monotonicMs()) / 1000);
  }

  hasProven(address: string, key: Key): boolean {
    return this.records.get(network(address))?.proven.has(key) ?? false;
  }

  addRight(address: string, key: Key): void {
    this.recordOf(address).proven.add(key);
  }

  addWrong(address: string): void {
    const record = this.recordOf(address);
    const now = clock.monotonicMs();
    if (record.endsAt <= now) {
      record.wrong = 0;
      record.endsAt = now + WINDOW_MS;
    }
    record.wrong += 1;
  }

  private recordOf(address: string): Record<Key> {
    const name = network(address);
    const record = this.records.get(name) ?? { wrong: 0, endsAt: 0, proven: new Set() };
    this.records.delete(name);
    this.records.set(name, record);
    if (this.records.size > MAX_ADDRESSES) this.records.delete(this.records.keys().next().value!);
    return record;
  }
}

/** One IPv6 customer has a whole /64 to call from. */
function network(address: string): string {
  return isIPv6(address) && !address.startsWith('::') ? address.split(':', 4).join(':') : address;
}
