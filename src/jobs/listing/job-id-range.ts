/** Below and above every id. */
export const LOWEST_ID = '00000000-0000-0000-0000-000000000000';
export const HIGHEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

const UUID_DIGITS = 32;
const TIME_DIGITS = 12;
/** How far the clock that makes ids (an orchestrator's) and the one that makes created_at (the database's) may be apart. */
const CLOCK_MARGIN_MS = 10_000;

/** The ids that a filter leaves, both ends included; empty when `low` is above `high`. */
export interface IdRange {
  low: string;
  high: string;
}

/**
 * Version 7 ids begin with their milliseconds, so a stretch of time is a range of ids. It is wider than asked by what clocks may differ:
 * created_at itself decides, the range only spares the walk.
 */
export function idRangeOfTime(after: string | undefined, before: string | undefined): IdRange {
  return {
    low: after === undefined ? LOWEST_ID : idAt(Date.parse(after) - CLOCK_MARGIN_MS, '0'),
    high: before === undefined ? HIGHEST_ID : idAt(Date.parse(before) + CLOCK_MARGIN_MS, 'f'),
  };
}

/** The ids that begin with a text, dashes or not; null when it is not the beginning of an id, or too short to tell one minute from another. */
export function idRangeOfPrefix(text: string): IdRange | null {
  const digits = text.toLowerCase().replaceAll('-', '');
  if (!/^[0-9a-f]{8,32}$/.test(digits)) return null;
  return { low: uuid(digits.padEnd(UUID_DIGITS, '0')), high: uuid(digits.padEnd(UUID_DIGITS, 'f')) };
}

/** How lists print an id: its first digits, and its last ones since jobs of the same minute share the first. */
const SHORT_FORM = /^([0-9a-f-]{8,})(?:…|\.{3})([0-9a-f]{4,12})$/i;

/** The two ends of an id that was shortened in its middle; null for any other text. */
export function shortenedId(text: string): { start: string; end: string } | null {
  const [, start, end] = SHORT_FORM.exec(text) ?? [];
  return start === undefined || end === undefined ? null : { start, end: end.toLowerCase() };
}

/** When the job of a version 7 id was made, in milliseconds since the epoch. */
export function timeOfId(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, TIME_DIGITS), 16);
}

export function intersection(a: IdRange, b: IdRange): IdRange {
  return { low: a.low > b.low ? a.low : b.low, high: a.high < b.high ? a.high : b.high };
}

function idAt(ms: number, fill: '0' | 'f'): string {
  const time = Math.max(0, Math.floor(ms)).toString(16).padStart(TIME_DIGITS, '0');
  return uuid(time.padEnd(UUID_DIGITS, fill));
}

function uuid(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
