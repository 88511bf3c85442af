import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { StartError } from '../errors/start-error.js';
import type { Logger } from '../logger.js';
import { packageRoot } from '../package-root.js';

/** Any number that nobody else uses for an advisory lock of this database. */
const MIGRATION_LOCK = 7_260_152_001;
const LOCK_POLL_MS = 200;
const LOCK_QUERY_TIMEOUT_MS = 5000;
const LOCK_WATCH_MS = 2000;
/** On a link that is cut, the farewell of a connection never arrives. */
const FAREWELL_MS = 1000;
/** A file whose first line is this runs outside a transaction, as CREATE INDEX CONCURRENTLY must. */
const NO_TRANSACTION = '-- no transaction';

type MigrationClass = new () => MigrationInterface;

/** TypeORM migrations made of the SQL files `migrations/<timestamp>-<name>.{up,down}.sql`. */
export function sqlMigrations(folder = join(packageRoot, 'migrations')): MigrationClass[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.up.sql'))
    .sort()
    .map((file) => sqlMigration(folder, file.slice(0, -'.up.sql'.length)));
}

function sqlMigration(folder: string, stem: string): MigrationClass {
  const up = readFileSync(join(folder, `${stem}.up.sql`), 'utf8');
  const down = readFileSync(join(folder, `${stem}.down.sql`), 'utf8');
  const [timestamp, ...words] = stem.split('-');
  return class implements MigrationInterface {
    readonly name = `${words.join('_')}${timestamp}`;
    readonly transaction = !up.startsWith(NO_TRANSACTION);
    async up(runner: QueryRunner): Promise<void> {
      await runner.query(up);
    }
    async down(runner: QueryRunner): Promise<void> {
      await runner.query(down);
    }
  };
}

/**
 * Brings the schema up to date. Safe when many replicas start at once: one migrates, the others wait.
 *
 * The lock is polled, not waited for: a session that blocks in `pg_advisory_lock` holds a snapshot, and CREATE INDEX CONCURRENTLY would
 * wait for that snapshot for ever. A migration itself may take hours; that PostgreSQL is still there is seen by the connection with the lock.
 * @returns the names of the migrations that ran here
 * @throws StartError when PostgreSQL can't be reached, or refuses the connection; Error when it falls silent
 */
export async function migrate(databaseUrl: string, logger: Logger): Promise<string[]> {
  const lock = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 10_000,
    query_timeout: LOCK_QUERY_TIMEOUT_MS,
    keepAlive: true,
  });
  lock.on('error', (error) => logger.warn({ err: error }, 'the connection that holds the migration lock broke'));
  await connect(lock);
  const done = new AbortController();
  try {
    await takeLock(lock, logger);
    return await Promise.race([run(databaseUrl), watch(lock, done.signal)]);
  } finally {
    done.abort();
    await Promise.race([lock.end(), sleep(FAREWELL_MS, undefined, { ref: false })]);
  }
}

/** Rejects when PostgreSQL does not answer any more; never resolves. */
async function watch(client: pg.Client, signal: AbortSignal): Promise<never> {
  for (;;) {
    await sleep(LOCK_WATCH_MS, undefined, { signal });
    await client.query('SELECT 1');
  }
}

async function connect(client: pg.Client): Promise<void> {
  try {
    await client.connect();
  } catch (error) {
    // A name with several addresses fails once for each.
    const { message } = error instanceof AggregateError ? (error.errors[0] as Error) : (error as Error);
    const { host, port, database } = client;
    throw new StartError(
      `PostgreSQL at ${host}:${port} (database ${database}) can't be used: ${message}. Check DATABASE_URL, and that the server runs.`,
      { cause: error },
    );
  }
}

async function takeLock(client: pg.Client, logger: Logger): Promise<void> {
  for (let tries = 0; ; tries++) {
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [
      MIGRATION_LOCK,
    ]);
    if (rows[0]?.taken) return;
    if (tries === 10) logger.info('another process is migrating the database; waiting for it');
    await sleep(LOCK_POLL_MS);
  }
}

async function run(databaseUrl: string): Promise<string[]> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: databaseUrl,
    migrations: sqlMigrations(),
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    poolSize: 1,
  });
  await dataSource.initialize();
  try {
    return (await dataSource.runMigrations()).map((migration) => migration.name);
  } finally {
    await dataSource.destroy();
  }
}
