import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from './run.mjs';

const FOLDER = join(root, 'dist');
const LOCK = join(FOLDER, '.lock');
const POLL_MS = 100;

/** Does the work while no other process of this checkout does such work: two builds at once would remove what the other one writes. */
export async function alone(work) {
  mkdirSync(FOLDER, { recursive: true });
  while (!tryToLock()) await delay(POLL_MS);
  try {
    return await work();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

function tryToLock() {
  try {
    writeFileSync(LOCK, `${process.pid}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!isAlive(readHolder())) rmSync(LOCK, { force: true });
    return false;
  }
}

/** Zero, which counts as alive, between two steps of somebody who takes the lock or gives it back. */
function readHolder() {
  try {
    return Number(readFileSync(LOCK, 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
