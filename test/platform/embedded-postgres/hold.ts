import { pino } from 'pino';
import { startEmbeddedPostgres } from '../../../src/platform/embedded-postgres/embedded-postgres.js';

/** A process that has an embedded PostgreSQL until it is killed. Its one line of output: the URL. */
void startEmbeddedPostgres({ dataDir: process.argv[2]!, logger: pino({ level: 'silent' }) }).then(({ url }) => {
  process.stdout.write(`${url}\n`);
});
