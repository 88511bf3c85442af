import fc from 'fast-check';
import { JsonText } from '../../../src/platform/json/json-text.js';
import { parseJson } from '../../../src/platform/json/parse-json.js';
import { writeJson } from '../../../src/platform/json/write-json.js';

/** Beside a JsonText, so that the writer that knows about it is at work. */
const besideText = (value: unknown) => writeJson([new JsonText('1'), value]);

test('any value is written as JSON.stringify writes it, with or without a JsonText beside it', () => {
  fc.assert(
    fc.property(fc.anything({ withDate: true, withNullPrototype: true, stringUnit: 'binary' }), (value) => {
      const expected = JSON.stringify(value) as string | undefined;
      expect(writeJson(value)).toBe(expected ?? 'null');
      expect(besideText(value)).toBe(`[1,${expected ?? 'null'}]`);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ['text that needs escapes', 'a"b\\c\n\u0000\u2028\ud800é😀'],
  ['numbers JSON does not know', [NaN, Infinity, -0]],
  ['dates', { at: new Date(0), broken: new Date(NaN) }],
  ['undefined and functions', { a: undefined, b: () => 1, c: [undefined] }],
  ['keys that need escapes', { 'a"b': 1, '': 2 }],
])('%s are written as JSON.stringify writes them', (_name, value) => {
  expect(besideText(value)).toBe(`[1,${JSON.stringify(value)}]`);
});

test('a JsonText is emitted as it is, wherever it stands', () => {
  const text = new JsonText('{ "n": 12345678901234567890 }');
  expect(writeJson(text)).toBe(text.text);
  expect(writeJson({ jobs: [{ payload: text, at: new Date(0) }] })).toBe(
    '{"jobs":[{"payload":{ "n": 12345678901234567890 },"at":"1970-01-01T00:00:00.000Z"}]}',
  );
});

test('what was parsed is written again with the same digits', () => {
  const body = '{"jobs":[{"type":"a","payload":{"n":12345678901234567890,"__proto__":1.10}}]}';
  expect(writeJson(parseJson(Buffer.from(body)))).toBe(body);
});

test('a bigint is refused, and so is JSON.stringify of a JsonText', () => {
  expect(() => writeJson({ n: 1n })).toThrow(TypeError);
  expect(() => besideText(1n)).toThrow(TypeError);
  expect(() => JSON.stringify(new JsonText('1'))).toThrow(TypeError);
});
