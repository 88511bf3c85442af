import { readFileSync, readdirSync } from 'node:fs';

const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** CPU seconds that a process has used, its ended children's included (`man 5 proc`, fields 14 to 17 of stat). */
function cpuSecondsOf(pid) {
  const fields = readStat(pid);
  return fields ? (fields[11] + fields[12] + fields[13] + fields[14]) / TICKS_PER_SECOND : 0;
}

/** CPU seconds of a process and all below it. PostgreSQL is one process per connection; an ended one is counted by its parent. */
export function cpuSeconds(pid) {
  return [pid, ...descendants(pid)].reduce((sum, each) => sum + cpuSecondsOf(each), 0);
}

/** Resident memory in MB. */
export function residentMb(pid) {
  const fields = readStat(pid);
  return fields ? (fields[21] * PAGE_BYTES) / 2 ** 20 : 0;
}

function descendants(pid) {
  const children = new Map();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const parent = readStat(entry)?.[1];
    if (parent === undefined) continue;
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const found = [];
  for (let next = children.get(pid) ?? []; next.length > 0; next = next.flatMap((each) => children.get(each) ?? []))
    found.push(...next);
  return found;
}

/** Fields from the third on: the second, the command, may hold spaces. */
function readStat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
  } catch {
    return undefined;
  }
}

/** Takes the CPU clock of named processes; the answer gives what each used since. */
export function startCpuClock(pids) {
  const before = Object.entries(pids).map(([name, list]) => [
    name,
    list,
    list.reduce((sum, pid) => sum + cpuSeconds(pid), 0),
  ]);
  return () =>
    Object.fromEntries(
      before.map(([name, list, start]) => [
        name,
        round(list.reduce((sum, pid) => sum + cpuSeconds(pid), 0) - start, 2),
      ]),
    );
}

export function round(value, digits = 0) {
  return Number(value.toFixed(digits));
}
