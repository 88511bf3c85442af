import { isAscii, isUtf8 } from 'node:buffer';
import { DomainError } from '../errors/domain-error.js';
import { DEFAULT_JSON_LIMITS, type JsonLimits } from './json-limits.js';
import { JsonReader } from './json-reader.js';

const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/**
 * Parses a request body. Raw keys, at the root and in the items of `jobs` and `reports`, come back as `JsonText`, all else as plain
 * values. Stricter than JSON.parse: nothing passes that JavaScript or PostgreSQL would silently change or cannot hold (a key given
 * twice, NUL, half a surrogate pair, integers beyond 2^53 outside raw values).
 * @throws DomainError `malformed_json` (not JSON), `invalid_request` (JSON that we do not take), `payload_too_large` (a raw value)
 */
export function parseJson(body: Buffer, limits: JsonLimits = DEFAULT_JSON_LIMITS): unknown {
  return new JsonReader(decode(body), limits).read();
}

function decode(body: Buffer): string {
  if (body.length === 0) throw malformed('is empty');
  // Every character of a Latin-1 string is one byte: half the memory, and faster to scan.
  if (isAscii(body)) return body.toString('latin1');
  if (!isUtf8(body)) throw malformed('is not valid UTF-8');
  if (body.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)) {
    throw malformed('starts with a byte order mark');
  }
  return body.toString('utf8');
}

function malformed(message: string): DomainError {
  return new DomainError('malformed_json', `The body ${message}.`, { details: [{ field: 'body', message }] });
}
