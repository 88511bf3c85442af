const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const grouped = new Intl.NumberFormat('en-US');

/** `3204` as `3,204`. */
export function formatNumber(value: number): string {
  return grouped.format(value);
}

/** A count that fits a badge: `1.2k`, `3.4M`. */
export function formatCount(value: number): string {
  if (value < 10_000) return formatNumber(value);
  if (value < 1_000_000) return `${trimmed(value / 1000)}k`;
  return `${trimmed(value / 1_000_000)}M`;
}

function trimmed(value: number): string {
  return value >= 100 ? String(Math.floor(value)) : value.toFixed(1).replace(/\.0$/, '');
}

/** A duration in milliseconds as `840 ms`, `3.2 s`, `1m 03s`, `2h 05m` or `3d 04h`. */
export function formatDuration(ms: number): string {
  if (ms < SECOND) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10 * SECOND) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m ${two(Math.floor((ms % MINUTE) / SECOND))}s`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)}h ${two(Math.floor((ms % HOUR) / MINUTE))}m`;
  return `${Math.floor(ms / DAY)}d ${two(Math.floor((ms % DAY) / HOUR))}h`;
}

/** A running duration in whole seconds, so that it ticks evenly. */
export function formatElapsed(ms: number): string {
  return ms < MINUTE ? `${Math.max(0, Math.floor(ms / SECOND))} s` : formatDuration(ms);
}

/** `at` seen from `now`: `12 s ago`, `in 3 min`, `2 d ago`. */
export function formatRelative(at: number, now: number): string {
  const distance = Math.abs(now - at);
  if (distance < 1.5 * SECOND) return at > now ? 'in 1 s' : 'just now';
  const text = relativeAmount(distance);
  return at > now ? `in ${text}` : `${text} ago`;
}

function relativeAmount(distance: number): string {
  if (distance < MINUTE) return `${Math.floor(distance / SECOND)} s`;
  if (distance < HOUR) return `${Math.floor(distance / MINUTE)} min`;
  if (distance < DAY) return `${Math.floor(distance / HOUR)} h`;
  return `${Math.floor(distance / DAY)} d`;
}

/** The full instant for a tooltip: ISO with zone, local time and UTC. */
export function formatInstant(iso: string): string {
  const date = new Date(iso);
  return `${iso}\nLocal: ${date.toLocaleString()}\nUTC: ${date.toUTCString()}`;
}

/** `2026-02-03 10:00:00` in the chosen zone. */
export function formatDateTime(iso: string, zone: 'local' | 'utc'): string {
  const date = new Date(iso);
  if (zone === 'utc') return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Bytes as `512 B`, `3.1 kB`, `1.2 MB`, `1.5 GB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${trimmed(bytes / 1000)} kB`;
  return bytes < 1_000_000_000 ? `${trimmed(bytes / 1_000_000)} MB` : `${trimmed(bytes / 1_000_000_000)} GB`;
}

/** `1 job`, `3,204 jobs`. */
export function plural(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * A job id short enough for a table: its first eight characters, and the last four, since ids are UUID v7 and jobs of the same minute
 * share the first eight.
 */
export function shortId(id: string): string {
  return `${id.slice(0, 8)}…${id.slice(-4)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
