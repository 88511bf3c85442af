import { rmSync } from 'node:fs';
import { pino } from 'pino';
import { migrate } from '../../src/platform/database/migrations.js';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/embedded-postgres.js';
import { TEMPLATE, connected, urlOf } from './postgres.js';
import { startRedis } from './redis.js';
import { tempFolder } from './temp-folder.js';

/** What globalTeardown undoes. */
declare global {
  var stopTestServers: (() => Promise<void>) | undefined;
}

/** One fresh PostgreSQL, with a migrated database to copy, and one Redis (that of REDIS_URL, if set) for the whole run. */
export default async function setUp(): Promise<void> {
  const logger = pino({ level: 'error' });
  const redis = await sharedRedis();
  const dataDir = tempFolder('postgres');
  const postgres = await startEmbeddedPostgres({ dataDir, logger });
  globalThis.stopTestServers = async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
    rmSync(dataDir, { recursive: true, force: true });
  };
  stopWhenInterrupted();
  try {
    await connected(postgres.url, (client) => client.query(`CREATE DATABASE ${TEMPLATE}`));
    await migrate(urlOf(postgres.url, TEMPLATE), logger);
  } catch (error) {
    await globalThis.stopTestServers();
    throw error;
  }
  // The workers are forked later and inherit these.
  process.env['TEST_POSTGRES_URL'] = postgres.url;
  process.env['TEST_REDIS_URL'] = redis.url;
}

/** jest ends at once on a signal, without globalTeardown. */
function stopWhenInterrupted(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void globalThis.stopTestServers?.().finally(() => process.exit(1)));
  }
}

async function sharedRedis(): Promise<{ url: string; stop: () => Promise<void> }> {
  const url = process.env['REDIS_URL'];
  return url ? { url, stop: async () => undefined } : startRedis();
}
