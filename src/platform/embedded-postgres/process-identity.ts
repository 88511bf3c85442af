import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** True while a process has this id, of whatever user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The command line of a process; empty when there is none, or when it can't be known. */
export function commandLineOf(pid: number): string {
  if (process.platform !== 'linux') return ps(pid, 'args');
  return readProc(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

/** Tells a process from a later one with the same id, also across reboots; empty when there is none. */
export function startOf(pid: number): string {
  if (process.platform !== 'linux') return ps(pid, 'lstart');
  // The name, in parentheses, may hold spaces: the numbered fields begin after it, with the third.
  const ticksSinceBoot = readProc(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[22 - 3];
  return ticksSinceBoot ? `${ticksSinceBoot}@${readProc('/proc/sys/kernel/random/boot_id').trim()}` : '';
}

function readProc(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process ended.
    return '';
  }
}

function ps(pid: number, field: string): string {
  return spawnSync('ps', ['-o', `${field}=`, '-p', `${pid}`], { encoding: 'utf8' }).stdout?.trim() ?? '';
}
