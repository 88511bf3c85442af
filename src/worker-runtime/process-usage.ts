import { clock } from '../platform/clock.js';

/** What this process, all its threads together, uses of the machine. */
export class ProcessUsage {
  private atMs = clock.monotonicMs();
  private cpuMs = cpuMs();

  /** The fields of a heartbeat that say so, since the last time they were asked for. */
  text(): string {
    const [atMs, usedMs] = [clock.monotonicMs(), cpuMs()];
    const percent = (100 * (usedMs - this.cpuMs)) / Math.max(1, atMs - this.atMs);
    [this.atMs, this.cpuMs] = [atMs, usedMs];
    return `,"cpu_percent":${percent.toFixed(1)},"rss_bytes":${process.memoryUsage.rss()}`;
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
