import { JsonText } from './json-text.js';

/** Anything that may need an escape: a quote, a backslash, a control character, half a surrogate pair. */
const MAY_NEED_ESCAPE = /[^ !#-[\]-\ud7ff]/;

/** Keys may be a caller's own: no more of them are remembered than this API has. */
const MAX_QUOTED_KEYS = 1000;
const quotedKeys = new Map<string, string>();

/**
 * JSON of a value as `JSON.stringify` writes it (dates as ISO-8601 in UTC, undefined fields left out), with each `JsonText` emitted
 * as it is. @throws TypeError for a bigint, RangeError for a cycle
 */
export function writeJson(value: unknown): string {
  // The engine's own writer is several times faster, and most answers hold no JsonText.
  return (holdsJsonText(value) ? write(value) : JSON.stringify(value)) ?? 'null';
}

function holdsJsonText(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Date) return false;
  if (value instanceof JsonText) return true;
  if (Array.isArray(value)) return value.some(holdsJsonText);
  for (const key in value) if (holdsJsonText((value as Record<string, unknown>)[key])) return true;
  return false;
}

function write(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      return Number.isFinite(value) ? String(value) : 'null';
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return value === null ? 'null' : writeObject(value as Record<string, unknown>);
    case 'bigint':
      throw new TypeError('a bigint has no place in JSON');
    default:
      return undefined;
  }
}

function writeObject(value: Record<string, unknown>): string | undefined {
  if (value instanceof JsonText) return value.text;
  // Lists without any, such as the verdicts that stand beside leases, go to the engine's writer as a whole answer would.
  if (Array.isArray(value)) return holdsJsonText(value) ? writeArray(value) : JSON.stringify(value);
  if (typeof value.toJSON === 'function') return write((value as { toJSON(): unknown }).toJSON());
  let json = '';
  for (const key of Object.keys(value)) {
    const written = write(value[key]);
    if (written !== undefined) json += (json === '' ? '{' : ',') + quotedKey(key) + written;
  }
  return json === '' ? '{}' : `${json}}`;
}

function writeArray(items: unknown[]): string {
  let json = '[';
  for (let index = 0; index < items.length; index++) {
    json += `${index === 0 ? '' : ','}${write(items[index]) ?? 'null'}`;
  }
  return `${json}]`;
}

/** A key and its colon. The same few dozen keys come again and again. */
function quotedKey(key: string): string {
  const known = quotedKeys.get(key);
  if (known !== undefined) return known;
  const quoted = `${quote(key)}:`;
  if (quotedKeys.size < MAX_QUOTED_KEYS) quotedKeys.set(key, quoted);
  return quoted;
}

function quote(text: string): string {
  return MAY_NEED_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}
