import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { SYSTEMS } from './catalogue.mjs';

const QUIET_CPU_SHARE = 0.15;
const WATCH_MS = 500;
const PATIENCE_MS = 3_000;

export function describeMachine({ postgres, redis }) {
  const require = createRequire(import.meta.url);
  const versions = Object.fromEntries(SYSTEMS.map(({ name, package: from }) => [name, versionOf(require, from)]));
  return {
    cpu: cpus()[0].model.trim(),
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    nodeOfPgBossAndGraphileWorker: `v${require('node/package.json').version}`,
    postgres: postgres.version,
    redis: redis.version,
    versions,
  };
}

export function loadAverage() {
  return Number(loadavg()[0].toFixed(2));
}

/** Returns once nothing else has used the cores for half a second, or patience ends. The load average lags by a minute, this does not. */
export async function waitUntilQuiet() {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const before = busyTicks();
    await delay(WATCH_MS);
    const after = busyTicks();
    const share = (after.busy - before.busy) / Math.max(1, after.all - before.all);
    if (share < QUIET_CPU_SHARE || performance.now() > deadline) return share;
  }
}

function busyTicks() {
  const [user, nice, system, idle, iowait, irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
    .split('\n')[0]
    .split(/ +/)
    .slice(1)
    .map(Number);
  const busy = user + nice + system + irq + softirq + steal;
  return { busy, all: busy + idle + iowait };
}

function versionOf(require, from) {
  if (from === '..') return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
  let folder = require.resolve(from);
  for (;;) {
    folder = folder.slice(0, folder.lastIndexOf('/'));
    try {
      const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
      if (name === from) return version;
    } catch {
      if (folder === '') throw new Error(`no package.json of ${from}`);
    }
  }
}
