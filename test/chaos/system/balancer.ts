import { Link } from './link.js';
import { setTimeout as delay } from 'node:timers/promises';
import { clock } from '../../../src/platform/clock.js';

const PROBE_EVERY_MS = 1000;
const PROBE_LIMIT_MS = 1000;
const DOWN_AFTER = 2;

/**
 * What stands in front of orchestrators in production: connections go to each in turn, and one that fails two health checks is taken out
 * of service until it passes one.
 */
export class Balancer {
  private readonly failures = new Map<number, number>();
  private readonly links: Link[] = [];
  /** When no orchestrator passed its check. Monotonic milliseconds. */
  readonly outages: { fromMs: number; toMs: number }[] = [];
  private turn = 0;
  private isStopped = false;
  private readonly probing: Promise<void>;

  constructor(private readonly ports: readonly number[]) {
    this.probing = this.probe();
  }

  /** The link of one caller. */
  async openLink(name: string): Promise<Link> {
    const link = await Link.open(name, () => this.inTurn());
    this.links.push(link);
    return link;
  }

  isUp(port: number): boolean {
    return this.failures.get(port) === 0;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.probing;
  }

  private inTurn(): number[] {
    const up = this.ports.filter((port) => (this.failures.get(port) ?? 0) < DOWN_AFTER);
    const start = this.turn++ % Math.max(1, up.length);
    return [...up.slice(start), ...up.slice(0, start)];
  }

  private async probe(): Promise<void> {
    while (!this.isStopped) {
      await Promise.all(this.ports.map((port) => this.probeOne(port)));
      this.noteOutage();
      await delay(PROBE_EVERY_MS);
    }
  }

  private noteOutage(): void {
    const now = clock.monotonicMs();
    const last = this.outages.at(-1);
    if (this.ports.some((port) => this.isUp(port))) return;
    const isSame = last !== undefined && now - last.toMs < 2 * (PROBE_EVERY_MS + PROBE_LIMIT_MS);
    if (isSame) last.toMs = now;
    else this.outages.push({ fromMs: now - PROBE_EVERY_MS, toMs: now });
  }

  private async probeOne(port: number): Promise<void> {
    const signal = AbortSignal.timeout(PROBE_LIMIT_MS);
    const isUp = await fetch(`http://127.0.0.1:${port}/health/live`, { signal }).then(
      (response) => response.ok,
      () => false,
    );
    const failures = isUp ? 0 : (this.failures.get(port) ?? 0) + 1;
    this.failures.set(port, failures);
    if (failures === DOWN_AFTER) this.links.forEach((link) => link.resetTo(port));
  }
}
