import { pino } from 'pino';
import { DatabaseServer } from '../../../src/platform/database/database-server.js';
import { Lane } from '../../../src/platform/database/lane.js';
import { textArray } from '../../../src/platform/database/array-parameter.js';
import { statement } from '../../../src/platform/database/statement.js';
import { createDatabase, type TestDatabase } from '../../support/postgres.js';
import { until } from '../../support/until.js';

const take = statement('take', 'SELECT FROM sweep_clock FOR UPDATE');
const process = statement('process', 'SELECT pg_backend_pid() AS id');
const divide = statement('divide', 'SELECT 1 / $1::int');
const sleep = statement('sleep', 'SELECT pg_sleep($1)');
const sleeping = statement(
  'sleeping',
  `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
);
const add = statement(
  'add',
  'INSERT INTO queues (name) SELECT unnest($1::text[]) RETURNING name, pg_current_xact_id()::text AS transaction',
);
const find = statement('find', 'SELECT name, pg_current_xact_id()::text AS transaction FROM queues WHERE name = $1');

describe('a lane', () => {
  let database: TestDatabase;
  let lanes: Lane[];

  beforeAll(async () => {
    database = await createDatabase();
    const options = {
      server: new DatabaseServer(database.url),
      size: 1,
      timeoutMs: 30_000,
      logger: pino({ level: 'silent' }),
    };
    lanes = [new Lane({ name: 'stalled', ...options }), new Lane({ name: 'other', ...options })];
  });
  afterAll(async () => {
    await Promise.all(lanes.map((lane) => lane.close()));
    await database.drop();
  });

  it('keeps its connection when a statement fails', async () => {
    const [lane] = lanes as [Lane, Lane];
    const before = await lane.query(process, []);
    await expect(lane.query(divide, [0])).rejects.toThrow('division by zero');
    await expect(lane.transaction((transaction) => transaction.query(divide, [0]))).rejects.toThrow('division by zero');
    await expect(lane.transaction(() => Promise.reject(new Error('changed our mind')))).rejects.toThrow('our mind');
    expect(await lane.query(process, [])).toEqual(before);
  });

  it('gives a statement up on the server when its caller leaves, and keeps the connection', async () => {
    const [lane, other] = lanes as [Lane, Lane];
    const before = await lane.query(process, []);
    const caller = new AbortController();
    const outcome = expect(lane.query(sleep, [20], caller.signal)).rejects.toMatchObject({ code: '57014' });
    await until(async () => (await other.query(sleeping, [])).length === 1);
    caller.abort();
    await outcome;
    expect(await other.query(sleeping, [])).toEqual([]);
    await expect(lane.query(sleep, [20], caller.signal)).rejects.toThrow('nobody waits');
    expect(await lane.query(process, [])).toEqual(before);
  });

  it('runs two statements in one transaction, the second after the first, or neither', async () => {
    const [lane] = lanes as [Lane, Lane];
    const before = await lane.query(process, []);
    const pair = (name: string, divisor: number) =>
      lane.together({ statement: add, values: [textArray([name])] }, { statement: divide, values: [divisor] });
    // At first neither is prepared on this connection, then both are.
    for (const round of ['first', 'second']) {
      await expect(pair(`${round} undone`, 0)).rejects.toThrow('division by zero');
      expect(await lane.query(find, [`${round} undone`])).toEqual([]);
      await expect(pair(`${round} done`, 1)).resolves.toEqual([
        [expect.objectContaining({ name: `${round} done` })],
        [{ '?column?': 1 }],
      ]);
      await expect(pair(`${round} done`, 1)).rejects.toThrow('duplicate key');
    }
    const [added, found] = await lane.together(
      { statement: add, values: [textArray(['third'])] },
      { statement: find, values: ['third'] },
    );
    expect(found).toEqual(added);
    expect(await lane.query(process, [])).toEqual(before);
  });

  it('gives up its locks within seconds when its process stalls in mid-transaction, however long a statement may take', async () => {
    const [stalled, other] = lanes as [Lane, Lane];
    let hasLock!: () => void;
    const locked = new Promise<void>((resolve) => (hasLock = resolve));
    let goOn!: () => void;
    const stall = new Promise<void>((resolve) => (goOn = resolve));
    const failed = stalled.transaction(async (transaction) => {
      await transaction.query(take, []);
      hasLock();
      await stall;
      await transaction.query(take, []);
    });
    const outcome = expect(failed).rejects.toThrow();
    await locked;
    const startedAt = performance.now();
    await other.query(take, []).finally(goOn);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    await outcome;
  }, 40_000);
});
