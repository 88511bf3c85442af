import { classifyDatabaseError } from '../../../src/platform/database/database-error.js';

const coded = (code: string) => Object.assign(new Error('x'), { code });

test.each([
  [coded('08006'), 'connection'],
  [coded('57P01'), 'connection'],
  [coded('53300'), 'connection'],
  [coded('25006'), 'connection'],
  [coded('ECONNRESET'), 'connection'],
  [coded('EPIPE'), 'connection'],
  [new Error('Query read timeout'), 'connection'],
  [new Error('timeout exceeded when trying to connect'), 'connection'],
  [new Error('Connection terminated unexpectedly'), 'connection'],
  [coded('40P01'), 'retry'],
  [coded('40001'), 'retry'],
  [coded('55P03'), 'blocked'],
  [coded('22P05'), 'data'],
  [coded('23505'), 'data'],
  [coded('54000'), 'data'],
  [coded('P0001'), 'data'],
  [coded('42P01'), 'other'],
  [coded('57014'), 'blocked'],
  [new Error('x'), 'other'],
  ['Connection terminated', 'other'],
])('%o is %s', (error, kind) => {
  expect(classifyDatabaseError(error)).toBe(kind);
});

test('the driver’s error is found inside the errors that wrap it', () => {
  const wrapped = Object.assign(new Error('query failed'), { driverError: coded('40001') });
  expect(classifyDatabaseError(new Error('outer', { cause: wrapped }))).toBe('retry');
  const cycle = new Error('a');
  cycle.cause = cycle;
  expect(classifyDatabaseError(cycle)).toBe('other');
});
