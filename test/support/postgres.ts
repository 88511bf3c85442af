import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import pg from 'pg';
import { pino } from 'pino';
import { migrate } from '../../src/platform/database/migrations.js';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/embedded-postgres.js';
import { tempFolder } from './temp-folder.js';

/** The migrated and empty database that those of the test files are copied from. */
export const TEMPLATE = 'migrated_template';

export interface TestDatabase {
  url: string;
  /** Ends connections that are still open, too. */
  drop: () => Promise<void>;
}

/** A migrated database of one's own in the server all tests share. */
export function createDatabase(): Promise<TestDatabase> {
  return create(`TEMPLATE ${TEMPLATE}`);
}

/** As a new user has it: nothing has been migrated. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return create('');
}

async function create(options: string): Promise<TestDatabase> {
  const server = process.env['TEST_POSTGRES_URL'];
  if (server === undefined) throw new Error('globalSetup has not started PostgreSQL');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await connected(server, (client) => client.query(`CREATE DATABASE ${name} ${options}`));
  return {
    url: urlOf(server, name),
    drop: async () => {
      await connected(server, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}

/** The whole server of a test that ends or stops it, with a migrated database. Costs a second. */
export async function startPostgres(): Promise<{ url: string; stop: () => Promise<void> }> {
  const dataDir = tempFolder('postgres');
  const logger = pino({ level: 'error' });
  const server = await startEmbeddedPostgres({ dataDir, logger });
  await migrate(server.url, logger);
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The URL of another database of the same server. */
export function urlOf(server: string, database: string): string {
  return Object.assign(new URL(server), { pathname: `/${database}` }).href;
}

export async function connected<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
