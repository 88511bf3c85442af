import pg from 'pg';
import { randomUUID } from 'node:crypto';
import {
  booleanArray,
  intArray,
  newUuidArray,
  textArray,
  uuidArray,
} from '../../../src/platform/database/array-parameter.js';
import { createDatabase, type TestDatabase } from '../../support/postgres.js';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const ids = [randomUUID(), '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'];

test.each([
  ['uuid', uuidArray(ids), ids],
  ['uuid', uuidArray([null, ids[0]!]), [null, ids[0]]],
  ['int', intArray([0, 1, -1, 2_147_483_647, -2_147_483_648]), [0, 1, -1, 2_147_483_647, -2_147_483_648]],
  ['boolean', booleanArray([true, false]), [true, false]],
  [
    'text',
    textArray(['', 'NULL', null, '{"a": "b,\\"c"}', 'Grüße 🚀', '\\', "'"]),
    ['', 'NULL', null, '{"a": "b,\\"c"}', 'Grüße 🚀', '\\', "'"],
  ],
  ['text', textArray([]), []],
])('PostgreSQL takes an array of %s as it is', async (type, parameter, values) => {
  const { rows } = await client.query<{ values: unknown }>(`SELECT $1::${type}[] AS values`, [parameter]);
  expect(rows).toEqual([{ values }]);
});

test('new UUIDs are of version 4, and no two are the same', async () => {
  const { rows } = await client.query<{ made: string }>(`SELECT unnest($1::uuid[]) AS made`, [newUuidArray(1000)]);
  const made = rows.map((row) => row.made);
  expect(made.every((id) => /^.{8}-.{4}-4.{3}-[89ab].{3}-.{12}$/.test(id))).toBe(true);
  expect(new Set(made).size).toBe(1000);
});

test('a UUID in capitals is the same one', async () => {
  const { rows } = await client.query(`SELECT $1::uuid[] AS values`, [uuidArray([ids[0]!.toUpperCase()])]);
  expect(rows).toEqual([{ values: [ids[0]] }]);
});

test.each([
  '',
  'x',
  ids[0]!.slice(1),
  `${ids[0]}0`,
  ids[0]!.replace(/.$/, 'g'),
  ids[0]!.replace(/^./, 'é'),
  ids[0]!.replace(/^../, 'Ā0'),
  ids[0]!.replace(/^./, 'İ'),
  ids[0]!.replace('-', 'é'),
])('what is no UUID is refused: %j', (id) => expect(() => uuidArray([id])).toThrow(RangeError));
