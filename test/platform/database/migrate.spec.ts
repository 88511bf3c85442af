import { pino } from 'pino';
import pg from 'pg';
import { migrate } from '../../../src/platform/database/migrations.js';
import { Link } from '../../chaos/system/link.js';
import { connected, createDatabase, type TestDatabase } from '../../support/postgres.js';
import { until } from '../../support/until.js';

const BLOCKED = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

describe('migrate', () => {
  let database: TestDatabase;
  let holder: pg.Client;
  let link: Link;

  beforeAll(async () => {
    database = await createDatabase();
    holder = new pg.Client({ connectionString: database.url });
    holder.on('error', () => undefined);
    await holder.connect();
  });
  afterAll(async () => {
    await holder.end();
    await link.close();
    await database.drop();
  });

  it('fails when the link to PostgreSQL is cut while it runs, and does not wait for ever', async () => {
    const url = new URL(database.url);
    const port = Number(url.port);
    link = await Link.open('to PostgreSQL', () => [port]);
    url.port = String(link.port);
    await holder.query('BEGIN; LOCK schema_migrations IN ACCESS EXCLUSIVE MODE');
    const outcome = expect(migrate(url.href, pino({ level: 'silent' }))).rejects.toThrow('timeout');
    await until(() => connected(database.url, async (client) => (await client.query(BLOCKED)).rowCount === 1));
    link.break('half-open');
    await outcome;
  }, 30_000);
});
