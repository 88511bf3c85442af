/** Zones beyond 15:59, which nobody lives in, are more than PostgreSQL takes. */
const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?:Z|[+-](?:0\d|1[0-5]):[0-5]\d)$/;

const LAST_INSTANT_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Whether a text is an ISO-8601 instant with its zone, on a day that the calendar has, in the years 1970 to 9999 (UTC). */
export function isInstant(text: string): boolean {
  const parts = INSTANT.exec(text);
  if (!parts) return false;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0)) as Sextuple;
  if (hour > 23 || minute > 59 || second > 59 || month < 1 || month > 12) return false;
  // Day 0 of the next month is the last day of this one.
  if (day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return false;
  const ms = Date.parse(text);
  return ms >= 0 && ms <= LAST_INSTANT_MS;
}

type Sextuple = [number, number, number, number, number, number];
