/*
 * Arrays as parameters, in the binary format that PostgreSQL's `array_recv` reads: a header, then each element behind its length. The
 * server takes them in several times faster than their text, and the driver sends bytes as they are. All numbers are big-endian int32.
 */

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
const DIGIT_VALUES = new Int8Array(128).fill(-1);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  DIGIT_VALUES[digit.charCodeAt(0)] = value;
  DIGIT_VALUES[digit.toUpperCase().charCodeAt(0)] = value;
}

/** For `uuid[]`. @throws RangeError for what is no UUID: it would be another one to the server */
export function uuidArray(ids: readonly (string | null)[]): Buffer {
  return array(UUID, ids, () => UUID_BYTES, writeUuid);
}

/** For `int[]`. */
export function intArray(values: readonly number[]): Buffer {
  return array(
    INT4,
    values,
    () => INT_BYTES,
    (bytes, value, at) => bytes.writeInt32BE(value, at),
  );
}

/** For `text[]`. */
export function textArray(texts: readonly (string | null)[]): Buffer {
  return array(
    TEXT,
    texts,
    (text) => Buffer.byteLength(text),
    (bytes, text, at) => bytes.write(text, at),
  );
}

/** For `boolean[]`. */
export function booleanArray(values: readonly boolean[]): Buffer {
  return array(
    BOOL,
    values,
    () => 1,
    (bytes, value, at) => bytes.writeUInt8(Number(value), at),
  );
}

function array<T>(
  type: number,
  values: readonly (T | null)[],
  lengthOf: (value: T) => number,
  write: (bytes: Buffer, value: T, at: number) => void,
): Buffer {
  const lengths = values.map((value) => (value === null ? NULL_LENGTH : lengthOf(value)));
  const size = lengths.reduce((sum, length) => sum + INT_BYTES + Math.max(0, length), HEADER_BYTES);
  const bytes = Buffer.allocUnsafe(size);
  const hasNulls = lengths.includes(NULL_LENGTH);
  // The number of dimensions, whether there are nulls, the type, how many elements, and the index of the first.
  [1, Number(hasNulls), type, values.length, 1].forEach((value, index) => bytes.writeInt32BE(value, index * INT_BYTES));
  let at = HEADER_BYTES;
  values.forEach((value, index) => {
    at = bytes.writeInt32BE(lengths[index]!, at);
    if (value === null) return;
    write(bytes, value, at);
    at += lengths[index]!;
  });
  return bytes;
}

function writeUuid(bytes: Buffer, id: string, at: number): void {
  let seen = 0;
  for (let index = 0; index < UUID_BYTES; index++) {
    const digits = UUID_DIGITS[index]!;
    const high = DIGIT_VALUES[id.charCodeAt(digits)] ?? -1;
    const low = DIGIT_VALUES[id.charCodeAt(digits + 1)] ?? -1;
    seen |= high | low;
    bytes[at + index] = (high << 4) | low;
  }
  if (seen < 0 || id.length !== UUID_LENGTH) throw new RangeError(`'${id}' is not a UUID`);
}
