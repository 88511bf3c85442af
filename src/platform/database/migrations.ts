import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { StartError } from '../errors/start-error.js';
import type { Logger } from '../logger.js';
import { packageRoot } from '../package-root.js';
import { DatabaseServer } from './database-server.js';
import { prepareSession } from './session-settings.js';

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
  const server = new DatabaseServer(databaseUrl);
  const lock = server.client({ query_timeout: LOCK_QUERY_TIMEOUT_MS, application_name: 'migrations' });
  lock.on('error', (error) => logger.warn({ err: error }, 'the connection that holds the migration lock broke'));
  await connectAtStart(lock, server);
  const done = new AbortController();
  try {
    await takeLock(lock, logger);
    return await Promise.race([run(server, lock), watch(lock, done.signal)]);
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

/** @throws StartError that says where there is no PostgreSQL to be used, and why */
export async function connectAtStart(client: pg.Client, server: DatabaseServer): Promise<void> {
  try {
    await client.connect();
    await prepareSession(client);
  } catch (error) {
    // A name with several addresses fails once for each.
    const { message } = error instanceof AggregateError ? (error.errors[0] as Error) : (error as Error);
    throw new StartError(
      `PostgreSQL at ${server.name} can't be used: ${message}. Check DATABASE_URL, and that the server runs.`,
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

async function run(server: DatabaseServer, lock: pg.Client): Promise<string[]> {
  const { connectionString, Client, ...options } = server.options;
  const dataSource = new DataSource({
    type: 'postgres',
    url: connectionString!,
    migrations: sqlMigrations(),
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    poolSize: 1,
    extra: { ...options, Client, application_name: 'migrations', onConnect: prepareSession },
  });
  try {
    await dataSource.initialize();
    return (await dataSource.runMigrations()).map((migration) => migration.name);
  } catch (error) {
    if (!isInsufficientPrivilege(error)) throw error;
    const { user } = lock;
    throw new StartError(
      `The role ${user} may not change the schema of PostgreSQL at ${server.name}: ${(error as Error).message}. ` +
        'Let the owner of the tables run `npm run migrate`, or grant the role what it lacks.',
      { cause: error },
    );
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}

function isInsufficientPrivilege(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '42501';
}
