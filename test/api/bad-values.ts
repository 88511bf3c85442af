import { JsonText } from '../../src/platform/json/json-text.js';
import type { Schema } from './api-document.js';

/** The text of a JSON value that JavaScript could not hold, or would change. */
export const raw = (text: string): JsonText => new JsonText(text);

/** What no string of this API may hold, whatever the field. */
const NEVER_IN_A_STRING = [raw(String.raw`"a\u0000b"`), raw(String.raw`"\ud800"`), raw(String.raw`"\udc00\ud800"`)];
const NEVER_A_STRING = [1, true, {}, ['a'], raw('1e400')];
const NEVER_A_NUMBER = ['1', '', true, {}, [1], raw('1e400'), raw('-1e400'), raw('9007199254740993'), raw('1e100000')];
const UPPER_CASE_ID = 'ABCDEF00-0000-7000-8000-000000000000';
const DEEP = raw('['.repeat(10_000) + ']'.repeat(10_000));
const TWICE = raw('{"a":1,"a":2}');
const PROTO = raw('{"__proto__":{"isAdmin":true}}');

export const BAD_NAMES = [
  'a b',
  ' a',
  'a\n',
  '\n',
  'é',
  'a|b',
  "a';--",
  '*',
  '-a',
  'a-',
  '../a',
  '__proto__',
  '🙂',
  '\u202ea',
  'a'.repeat(129),
];
export const BAD_INSTANTS = [
  '2026-02-30T00:00:00Z',
  '2025-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T23:59:60Z',
  '2026-01-01T00:00:00+16:00',
  '2026-01-01T00:00:00-23:59',
  '2026-01-01T00:00:00',
  '2026-01-01',
  '0000-01-01T00:00:00Z',
  '1969-12-31T23:59:59Z',
  '9999-12-31T23:59:59-01:00',
  '+275760-09-13T00:00:00Z',
  'now',
  'infinity',
  '-infinity',
  'epoch',
  '1767225600',
];

/** Values that a field may not hold; all but those for required fields are not null, which means left out. */
export function badValues(schema: Schema, sample: unknown): unknown[] {
  if (schema.enum) return ['NOPE', '', 'constructor', schema.enum[0]!.toLowerCase() + ' ', ...NEVER_A_STRING];
  if (schema.anyOf)
    return [DEEP, TWICE, raw('{"a":{"b":[{"c":1,"c":2}]}}'), raw('[1e401]'), raw('[1e-401]'), ...NEVER_IN_A_STRING];
  if (schema.oneOf) return [1, true, [], DEEP, PROTO, TWICE, ...NEVER_IN_A_STRING];
  switch (schema.type) {
    case 'string':
      return [...NEVER_A_STRING, ...NEVER_IN_A_STRING, DEEP, ...badTexts(schema)];
    case 'integer':
      return [...NEVER_A_NUMBER, DEEP, 1.5, ...outOfRange(schema)];
    case 'number':
      return [...NEVER_A_NUMBER, DEEP, ...outOfRange(schema)];
    case 'boolean':
      return ['true', '', 0, 1, {}, [], DEEP];
    case 'array':
      return [{}, 'a', 1, { length: 1 }, [null], [[]], [raw('1e400')], DEEP, ...badSizes(schema, sample)];
    default:
      return [[], 'a', 1, true, DEEP, PROTO, TWICE, ...(schema.additionalProperties ? BAD_LABELS : [])];
  }
}

const BAD_LABELS = [
  { a: 1 },
  { a: null },
  { a: { b: 'c' } },
  { a: 'b'.repeat(257) },
  { ['a'.repeat(129)]: 'b' },
  Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`a${index}`, 'b'])),
];

function badTexts({ format, pattern, minLength, maxLength }: Schema): string[] {
  if (format === 'uuid') {
    return [
      '',
      'x',
      '0',
      '01890000-0000-7000-8000-00000000000',
      '01890000-0000-7000-8000-00000000000G',
      '{01890000-0000-7000-8000-000000000000}',
      UPPER_CASE_ID,
      '-'.repeat(36),
    ];
  }
  if (format === 'date-time') return BAD_INSTANTS;
  return [
    ...(minLength ? [''] : []),
    ...(maxLength === undefined ? [] : ['a'.repeat(maxLength + 1)]),
    ...(pattern ? BAD_NAMES : []),
  ];
}

function outOfRange({ minimum, maximum }: Schema): number[] {
  return [...(minimum === undefined ? [] : [minimum - 1]), ...(maximum === undefined ? [] : [maximum + 1])];
}

function badSizes({ minItems, maxItems, items }: Schema, sample: unknown): unknown[][] {
  const [item] = sample as unknown[];
  const isSmall = items?.type === 'string' || (maxItems ?? 0) <= 1000;
  return [
    ...(minItems ? [[]] : []),
    ...(maxItems !== undefined && isSmall ? [Array<unknown>(maxItems + 1).fill(item)] : []),
  ];
}

/** The texts, already encoded for a URL, that a parameter may not be. */
export function badTextsForUrl(schema: Schema, name: string): string[] {
  // Ids are read in any case where people type them.
  const values = badUrlValues(schema, name).filter((text) => text !== UPPER_CASE_ID);
  return [...NULS, ...NEVER_DECODED, ...values.map(encodeURIComponent)];
}

const NULS = ['%00', 'a%00'];
/** Broken percent-encoding, bytes that are no UTF-8, half a surrogate pair. */
export const NEVER_DECODED = ['%', '%zz', '%c3', '%ff%fe', '%ed%a0%80', '%c0%80'];

function badUrlValues(schema: Schema, name: string): string[] {
  if (schema.type === 'array') return ['NOPE', '', 'DEAD,NOPE', 'constructor', 'DEAD,'];
  if (schema.enum) return ['NOPE', '', 'constructor', `${schema.enum[0]} `];
  if (schema.type === 'integer') {
    return [
      '',
      'x',
      '1.5',
      '1e3',
      '0x10',
      ' 1',
      '+1',
      '01',
      '-0.0',
      'NaN',
      'Infinity',
      '1,2',
      '99999999999999999999',
      ...outOfRange(schema).map(String),
    ];
  }
  if (name === 'cursor')
    return ['x', '!!', 'AAAA', 'MA', `1${'-'.repeat(36)}`, '1.2.3', ...FOREIGN_CURSORS, 'a'.repeat(201)];
  return badTexts(schema);
}

const FOREIGN_CURSORS = [
  '\0',
  'after -created_at nonsense',
  'after priority 01890000-0000-7000-8000-000000000000',
  '../../etc/passwd',
  "';--",
].map((text) => Buffer.from(text).toString('base64url'));

/** Texts that mean something to SQL, Redis, Lua, a shell, a log or a screen, and nothing to us. */
export const HOSTILE_TEXTS = [
  "'; DROP TABLE jobs; --",
  '%_\\%',
  '$1 ${x} {{x}} #{x}',
  'a|b|c',
  'a:b}{q}',
  '*',
  'a\r\nSET x 1\r\n',
  'FLUSHALL',
  'return redis.call("FLUSHALL")',
  '\u202etxt.exe',
  '🙂👩‍👩‍👧‍👦',
  'Z̷̢̛a͝l̵g̸o',
  '{"$gt":""}',
  '<script>alert(1)</script>',
  '\u001b[2J\u0007',
  '\ufeff\u2028\u2029\uffff',
  '__proto__',
  'constructor',
  'toString',
  '-infinity',
  'NULL',
  '{a,b}',
  '"a","b"',
];
