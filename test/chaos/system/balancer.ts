import { Link } from './link.js';
import { setTimeout as delay } from 'node:timers/promises';

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
      await delay(PROBE_EVERY_MS);
    }
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
