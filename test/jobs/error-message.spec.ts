import { randomBytes, randomUUID } from 'node:crypto';
import { errorGroup } from '../../src/jobs/attempt-error.js';
import { errorPattern } from '../../src/jobs/error-message.js';

const groupOf = (message: string) => errorGroup('email', { message, type: 'Error', stack: null }).fingerprint;
const hex = (digits: number) => randomBytes(digits).toString('hex').slice(0, digits);
const number = (below: number) => String(Math.floor(Math.random() * below));

/** Texts of one kind that differ each time, as messages have them. */
const variables: Record<string, () => string> = {
  'a UUID': randomUUID,
  'a shortened id': () => `2dace94f-${hex(4)}`,
  'a hex id': () => `7${hex(12)}`,
  'an id with a prefix': () => `cus_${number(1e4)}7${hex(6)}`,
  'a number': () => number(1e6),
  'a negative number or not': () => (Math.random() < 0.5 ? '-5' : '5'),
  'an amount with a unit': () => `${number(99_999)}ms`,
  'a share': () => `${number(100)}.${number(10)}%`,
  'a number with separators': () => `1,${number(10)}00.5`,
  'an address and port': () => `10.0.0.${number(255)}:${number(65_535)}`,
  'an e-mail address': () => `user.${hex(5)}@mail-${number(9)}.example.com`,
  'a quoted text': () => `"${hex(7)} ${number(9)} and more"`,
  'a text in single quotes': () => `'${'abcdefgh'.slice(Number(number(7)))}'`,
  'a query of a URL': () => `https://api.example.com/charge?key=${hex(9)}&page=${'abcdef'.slice(Number(number(6)))}`,
  'an instant': () => `2026-11-${10 + Number(number(20))}T10:00:0${number(10)}.${number(999)}Z`,
};

test.each(Object.entries(variables))('%s does not make another error of a message', (_name, variable) => {
  const groups = new Set(
    Array.from({ length: 300 }, () => groupOf(`The upstream refused (request ${variable()}), try later`)),
  );
  expect(groups.size).toBe(1);
});

test('one outage is one error, whatever ids, sizes and times its messages carry together', () => {
  const groups = new Set(
    Array.from({ length: 500 }, () => {
      const [id, wait, key, who] = [
        'a shortened id',
        'an amount with a unit',
        'an id with a prefix',
        'an e-mail address',
      ];
      const of = (name: string | undefined) => variables[name!]!();
      return groupOf(`503 from smtp.example.com after ${of(wait)} for ${of(who)} (request ${of(id)}, ${of(key)})`);
    }),
  );
  expect(groups.size).toBe(1);
});

test('other words, another class or another type of job are another error', () => {
  const words = ['connection refused', 'connection reset', 'the template has no variable name', 'disk full'];
  expect(new Set(words.map(groupOf)).size).toBe(words.length);
  const error = { message: 'x', type: 'Error', stack: null };
  expect(errorGroup('email', error).fingerprint).not.toBe(errorGroup('report', error).fingerprint);
  expect(errorGroup('email', error).fingerprint).not.toBe(errorGroup('email', { ...error, type: 'Other' }).fingerprint);
});

test('what a person reads keeps the words, and apostrophes are no quotes', () => {
  expect(errorPattern("can't open the user's file 7 of 12\nat line 3")).toBe("can't open the user's file <n> of <n>");
  expect(errorPattern('GET https://api.example.com/v1/orders/ord_8842?key=secret answered 500')).toBe(
    'GET https://api.example.com/v<n>/orders/<id>?<query> answered <n>',
  );
  expect(errorPattern('amqp://me:secret@host/vhost refused')).toBe('amqp://<login>@host/vhost refused');
});

test('a pattern of a pattern is itself', () => {
  const messages = Object.values(variables).map((variable) => `failed with ${variable()} twice ${variable()}`);
  for (const message of messages) expect(errorPattern(errorPattern(message))).toBe(errorPattern(message));
});

test('hostile messages cost no more than others', () => {
  const startedAt = performance.now();
  for (const part of ['a-', '"', "'", '1.', 'a@', 'x://', 'a_', '1,', '“', 'a.b@']) errorPattern(part.repeat(10_000));
  expect(performance.now() - startedAt).toBeLessThan(500);
});
