import fc from 'fast-check';
import { DomainError } from '../../../src/platform/errors/domain-error.js';
import { JsonText } from '../../../src/platform/json/json-text.js';
import type { JsonLimits } from '../../../src/platform/json/json-limits.js';
import { parseJson } from '../../../src/platform/json/parse-json.js';

const parse = (text: string | Buffer, limits?: JsonLimits) => parseJson(Buffer.from(text as string), limits);

/** The error that a text is refused with; fails when it is taken, or when something else is thrown. */
function refusal(text: string | Buffer, limits?: JsonLimits): DomainError {
  try {
    parse(text, limits);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error(`taken: ${text.toString('utf8').slice(0, 80)}`);
}

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('values outside raw keys', () => {
  test('any legal document is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
        const text = JSON.stringify({ data: value }, null, indent);
        fc.pre(!text.includes('"__proto__"') && !/\\u0000|\\ud[89a-f]/i.test(text) && !holdsUnsafeInteger(value));
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['escapes', String.raw`{"a":"\"\\\/\b\f\n\r\té😀"}`],
    ['numbers', '[0,-0,1.5,-2e3,1E+2,1e-400,9007199254740991]'],
    ['words and white space', ' \n[ true , false\t,\rnull ] '],
    ['letters beyond Latin-1', '{"ключ":"値 😀"}'],
    ['keys that objects inherit', '{"constructor":1,"toString":2,"hasOwnProperty":3}'],
    ['a bare value', '"text"'],
  ])('%s are read as JSON.parse reads them', (_name, text) => {
    expect(parse(text)).toStrictEqual(JSON.parse(text));
  });

  test.each(['9007199254740992', '-9007199254740993', '1e16'])(
    'the integer %s is refused: it would be rounded',
    (text) => {
      expect(refusal(`{"priority":${text}}`)).toMatchObject({
        code: 'invalid_request',
        details: [{ field: 'priority', message: expect.stringContaining('2^53') as string }],
      });
    },
  );

  test('the key __proto__ is refused', () => {
    expect(refusal('{"backoff":{"__proto__":{"kind":1}}}').details?.[0]?.field).toBe('backoff.__proto__');
  });
});

describe('raw values', () => {
  test('they come back as the text that came, at the root and in the items of jobs and reports', () => {
    const payload = '{ "n" : 12345678901234567890, "x": 1.10 }';
    expect(parse(`{"payload": ${payload} ,"metadata":null}`)).toEqual({
      payload: new JsonText(payload),
      metadata: new JsonText('null'),
    });
    expect(parse(`{"jobs":[{"payload":${payload}}],"reports":[{"result":[1]}]}`)).toEqual({
      jobs: [{ payload: new JsonText(payload) }],
      reports: [{ result: new JsonText('[1]') }],
    });
  });

  test('the same keys elsewhere are plain values', () => {
    expect(parse('{"jobs":[{"backoff":{"payload":1}},[{"payload":2}]],"reports":{"a":{"result":3}}}')).toEqual({
      jobs: [{ backoff: { payload: 1 } }, [{ payload: 2 }]],
      reports: { a: { result: 3 } },
    });
    expect(parse('{"filter":{"payload":{"a":1}},"others":[{"payload":2}]}')).toEqual({
      filter: { payload: { a: 1 } },
      others: [{ payload: 2 }],
    });
  });

  test('they are as large as their numbers written out, which is how the database gives them back', () => {
    const limits = { maxDepth: 64, rawBytes: { payload: 1000 } };
    expect(parseJson(Buffer.from('{"payload":[1e400,1e-400]}'), limits)).toBeDefined();
    expect(() => parseJson(Buffer.from('{"payload":[1e400,1e-400,1e400]}'), limits)).toThrow(
      'payload is larger than 1000 bytes with its numbers written out',
    );
  });

  test('any payload keeps its text', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/\\u0000|\\ud[89a-f]/i.test(text));
        expect(parse(`{"payload":${text}}`)).toEqual({ payload: new JsonText(text) });
      }),
      { numRuns: 500 },
    );
  });

  test('__proto__ in a payload is data like any other', () => {
    const text = '{"__proto__":{"isAdmin":true},"constructor":1}';
    const { payload } = parse(`{"payload":${text}}`) as { payload: JsonText };
    expect(payload.text).toBe(text);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    expect(refusal('{"payload":{"__proto__":1,"__proto__":2}}').code).toBe('invalid_request');
  });

  test('one that is larger than its limit is a 413 that names it', () => {
    const limits: JsonLimits = { maxDepth: 64, rawBytes: { payload: 12 } };
    expect(parse('{"payload":"0123456789"}', limits)).toEqual({ payload: new JsonText('"0123456789"') });
    expect(parse('{"payload":"äöüäö"}', limits)).toBeDefined();
    for (const text of ['"01234567890"', '"äöüäöü"']) {
      expect(refusal(`{"jobs":[{},{"payload":${text}}]}`, limits)).toMatchObject({
        code: 'payload_too_large',
        details: [{ field: 'jobs[1].payload', message: expect.stringContaining('12 bytes') as string }],
      });
    }
  });

  test('the depth is counted anew from the start of a raw value', () => {
    expect(parse(`{"jobs":[{"payload":${nested(64)}}]}`)).toBeDefined();
    expect(refusal(`{"jobs":[{"payload":${nested(65)}}]}`).details?.[0]?.field).toBe('jobs[0].payload');
    expect(parse(nested(64))).toBeDefined();
    expect(refusal(nested(65)).message).toContain('64 levels');
    expect(refusal(`{"payload":1,"tags":${nested(64)}}`).message).toContain('64 levels');
  });

  test('a hundred thousand open brackets are refused, not a stack overflow', () => {
    expect(refusal(`{"payload":${'['.repeat(100_000)}`).code).toBe('invalid_request');
  });
});

describe('what JSON allows and we refuse, inside raw values and outside', () => {
  const escaped = (unit: string) => String.raw`"\u${unit}"`;
  test.each([
    ['a key given twice', '{"a":1,"b":2,"a":3}', 'occurs twice'],
    ['a key given twice, once escaped', String.raw`{"a":1,"\u0061":2}`, 'occurs twice'],
    ['NUL', escaped('0000'), 'NUL'],
    ['NUL in a key', `{${escaped('0000')}:1}`, 'NUL'],
    ['a high surrogate alone', escaped('d83d'), 'surrogate'],
    ['a high surrogate before a letter', String.raw`"\ud83dA"`, 'surrogate'],
    ['a high surrogate before a letter escaped', String.raw`"\ud83d\u0041"`, 'surrogate'],
    ['two low surrogates', String.raw`"\ude00\ude00"`, 'surrogate'],
    ['a low surrogate alone', escaped('DE00'), 'surrogate'],
    ['an exponent beyond 400', '1e401', 'exponent'],
    ['an exponent beyond -400', '1e-0000401', 'exponent'],
    ['a number of over 1,000 characters', `0.${'1'.repeat(1000)}`, '1000 characters'],
  ])('%s', (_name, text, message) => {
    for (const place of [`{"payload":[${text}]}`, `{"tags":[${text}]}`, `{"jobs":[{"payload":${text}}]}`]) {
      const error = refusal(place);
      expect(error.code).toBe('invalid_request');
      expect(error.message).toContain(message);
    }
  });

  test('a number that overflows a double is refused outside raw values and kept inside', () => {
    expect(refusal('[1e309]').message).toContain('too large a number');
    expect(parse('{"payload":1e309}')).toEqual({ payload: new JsonText('1e309') });
  });
});

describe('what is not JSON', () => {
  test.each([
    '{',
    '}',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    '{"a" 1}',
    '{"a":1 "b":2}',
    '[1 2]',
    '01',
    '1.',
    '.5',
    '-',
    '+1',
    '1e',
    '0x1',
    'nul',
    'True',
    'NaN',
    'Infinity',
    "'a'",
    '"a',
    '"\t"',
    '"\0"',
    '"\\x"',
    '"\\u12g4"',
    '"\\u12',
    '"\\',
    '1 2',
    '{} x',
    '/* */1',
    '{"payload":}',
    '{"payload":[1,}',
    '\u00a01',
  ])('%j is malformed_json', (text) => {
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    expect(refusal(text).code).toBe('malformed_json');
  });

  test('an empty body, white space, a byte order mark and broken UTF-8 are named as such', () => {
    expect(refusal('').message).toContain('empty');
    expect(refusal('  ').code).toBe('malformed_json');
    expect(refusal('\ufeff{}').message).toContain('byte order mark');
    expect(refusal(Buffer.from([0x22, 0xff, 0x22])).message).toContain('UTF-8');
    expect(refusal(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])).message).toContain('UTF-8');
  });

  test('the message tells the line, the column and the field', () => {
    const error = refusal('{\n  "jobs": [\n    {},\n    { "type": oops }\n  ]\n}');
    expect(error.message).toContain('line 4, column 15');
    expect(error.details).toEqual([{ field: 'jobs[1].type', message: expect.stringContaining('line 4') as string }]);
  });
});

describe('garbage', () => {
  const tokens = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"b"',
    '"payload"',
    '"jobs"',
    '"',
    '\\',
    '\\u0041',
    '"\\ud83d',
    '\\ude00',
    '"\\n"',
    '0',
    '12',
    '-',
    '.5',
    'e9',
    'E+',
    'true',
    'null',
    'fals',
    ' ',
    '\n',
    '\0',
    'é',
    '😀',
  );

  test('is refused with a DomainError, as malformed exactly when JSON.parse agrees', () => {
    const texts = fc.oneof(
      fc.array(tokens, { maxLength: 12 }).map((parts) => parts.join('')),
      fc.tuple(fc.json(), tokens, fc.nat()).map(([text, token, at]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + token + text.slice(place + 1);
      }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const expected = attempt(() => JSON.parse(Buffer.from(text).toString()) as unknown);
        const actual = attempt(() => parse(text));
        if (actual.error) {
          expect(actual.error).toBeInstanceOf(DomainError);
          if ((actual.error as DomainError).code === 'malformed_json') expect(expected.error).toBeDefined();
        } else {
          expect(plain(actual.value)).toEqual(expected.value);
          expect(expected.error).toBeUndefined();
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('bytes of any kind never throw anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const { error } = attempt(() => parseJson(Buffer.from(bytes)));
        expect(error === undefined || error instanceof DomainError).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

function attempt(run: () => unknown): { value?: unknown; error?: unknown } {
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  }
}

/** The value with every JsonText parsed. */
function plain(value: unknown): unknown {
  if (value instanceof JsonText) return value.value();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
}

function holdsUnsafeInteger(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsUnsafeInteger);
}
