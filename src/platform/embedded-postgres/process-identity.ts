import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** True while a process with this id runs, of whatever user. */
export function isAlive(pid: number): boolean {
  // Where process 1 reaps no orphans, as in many containers, one that ended keeps its id.
  if (statOf(pid)[0] === 'Z') return false;
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
  const ticksSinceBoot = statOf(pid)[22 - 3];
  return ticksSinceBoot ? `${ticksSinceBoot}@${readProc('/proc/sys/kernel/random/boot_id').trim()}` : '';
}

/** The fields of Linux's stat file from the third, the state, on; the second, the name in parentheses, may hold spaces. */
function statOf(pid: number): string[] {
  return readProc(`/proc/${pid}/stat`).split(') ').at(-1)!.split(' ');
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
