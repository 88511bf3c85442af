/*
 * Arrays as parameters, in the binary format that PostgreSQL's `array_recv` reads: a header, then each element behind its length. The
 * server takes them in several times faster than their text, and the driver sends bytes as they are. All numbers are big-endian int32.
 */

import { random } from '../random.js';

/** Object ids of the element types, from `pg_type`. */
const BOOL = 16;
const INT4 = 23;
const TEXT = 25;
const UUID = 2950;

const INT_BYTES = 4;
const HEADER_BYTES = 5 * INT_BYTES;
const NULL_LENGTH = -1;

const UUID_BYTES = 16;
/** Where each of the sixteen bytes stands in `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`. */
const UUID_DIGITS = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;
const UUID_LENGTH = 36;

/** The value of a hexadecimal digit by its character code, -1 for all else. */
const DIGIT_VALUES = new Int8Array(256).fill(-1);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  DIGIT_VALUES[digit.charCodeAt(0)] = value;
  DIGIT_VALUES[digit.toUpperCase().charCodeAt(0)] = value;
}

/** For `uuid[]`. @throws RangeError for what is no UUID: it would be another one to the server */
export function uuidArray(ids: readonly (string | null)[]): Buffer {
  const nulls = ids.filter((id) => id === null).length;
  const size = HEADER_BYTES + ids.length * (INT_BYTES + UUID_BYTES) - nulls * UUID_BYTES;
  const bytes = start(UUID, ids.length, nulls > 0, size);
  // All in a row: bytes are quicker to read than the characters of strings.
  const digits = Buffer.from(ids.join(''));
  let at = HEADER_BYTES;
  let from = 0;
  for (const id of ids) {
    at = bytes.writeInt32BE(id === null ? NULL_LENGTH : UUID_BYTES, at);
    if (id === null) continue;
    let seen = id.length === UUID_LENGTH ? 0 : -1;
    for (let index = 0; index < UUID_BYTES; index++) {
      const digit = from + UUID_DIGITS[index]!;
      const high = DIGIT_VALUES[digits[digit]!]!;
      const low = DIGIT_VALUES[digits[digit + 1]!]!;
      seen |= high | low;
      bytes[at++] = (high << 4) | low;
    }
    if (seen < 0) throw new RangeError(`'${id}' is not a UUID`);
    from += UUID_LENGTH;
  }
  return bytes;
}

/** For `uuid[]`: so many new ones (version 4), for what nobody here has to name. */
export function newUuidArray(count: number): Buffer {
  const bytes = start(UUID, count, false, HEADER_BYTES + count * (INT_BYTES + UUID_BYTES));
  const drawn = random.bytes(count * UUID_BYTES);
  for (let index = 0; index < count; index++) {
    const from = index * UUID_BYTES;
    const at = bytes.writeInt32BE(UUID_BYTES, HEADER_BYTES + index * (INT_BYTES + UUID_BYTES));
    bytes.set(drawn.subarray(from, from + UUID_BYTES), at);
    bytes[at + 6] = (bytes[at + 6]! & 0x0f) | 0x40;
    bytes[at + 8] = (bytes[at + 8]! & 0x3f) | 0x80;
  }
  return bytes;
}

/** For `int[]`. */
export function intArray(values: readonly number[]): Buffer {
  const bytes = start(INT4, values.length, false, HEADER_BYTES + values.length * 2 * INT_BYTES);
  let at = HEADER_BYTES;
  for (const value of values) at = bytes.writeInt32BE(value, bytes.writeInt32BE(INT_BYTES, at));
  return bytes;
}

/** For `text[]`. */
export function textArray(texts: readonly (string | null)[]): Buffer {
  const lengths = texts.map((text) => (text === null ? NULL_LENGTH : Buffer.byteLength(text)));
  const size = lengths.reduce((sum, length) => sum + INT_BYTES + Math.max(0, length), HEADER_BYTES);
  const bytes = start(TEXT, texts.length, lengths.includes(NULL_LENGTH), size);
  let at = HEADER_BYTES;
  texts.forEach((text, index) => {
    at = bytes.writeInt32BE(lengths[index]!, at);
    if (text !== null) at += bytes.write(text, at);
  });
  return bytes;
}

/** For `boolean[]`. */
export function booleanArray(values: readonly boolean[]): Buffer {
  const bytes = start(BOOL, values.length, false, HEADER_BYTES + values.length * (INT_BYTES + 1));
  let at = HEADER_BYTES;
  for (const value of values) at = bytes.writeUInt8(Number(value), bytes.writeInt32BE(1, at));
  return bytes;
}

/** An array of so many bytes with nothing but its header. */
function start(type: number, count: number, hasNulls: boolean, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  // The number of dimensions, whether there are nulls, the type, how many elements, and the index of the first.
  [1, Number(hasNulls), type, count, 1].forEach((value, index) => bytes.writeInt32BE(value, index * INT_BYTES));
  return bytes;
}
