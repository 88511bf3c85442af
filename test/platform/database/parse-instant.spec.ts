import pg from 'pg';
import { parseInstant } from '../../../src/platform/database/parse-instant.js';

const parseAny = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ) as (text: string) => Date;

test.each([
  '2026-01-31 12:00:00+00',
  '2026-02-28 23:59:59.1+00',
  '2024-02-29 00:00:00.12+00',
  '1969-12-31 23:59:59.123+00',
  '2026-11-25 02:38:16.123456+00',
  '2026-11-25 02:38:16.123456+01',
  '2026-11-25 02:38:16.123456+05:30',
  '0044-03-15 12:00:00+00 BC',
  '12026-11-25 02:38:16+00',
  'infinity',
  '-infinity',
])('%s reads as the driver reads it', (text) => {
  expect(parseInstant(text)).toEqual(parseAny(text));
});
