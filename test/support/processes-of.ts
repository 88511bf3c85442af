import { readdirSync } from 'node:fs';
import { commandLineOf, isAlive } from '../../src/platform/embedded-postgres/process-identity.js';

/** The live processes whose command line names this folder: those of a product that keeps its data there, PostgreSQL and all. Linux. */
export function processesOf(folder: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => isAlive(pid) && commandLineOf(pid).includes(folder));
}

/** As when the machine loses power, but for the disk. */
export function killAllOf(folder: string): void {
  for (const pid of processesOf(folder)) process.kill(pid, 'SIGKILL');
}
