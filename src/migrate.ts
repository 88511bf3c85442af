import { ConfigError, readCommand } from './config/config.js';
import { migrate } from './platform/database/migrations.js';
import { createLogger } from './platform/logger.js';

/** `npm run migrate`: brings the database of DATABASE_URL up to date, and ends. */
async function main(): Promise<void> {
  const command = readCommand(['--role=worker', ...process.argv.slice(2)], process.env);
  if (command.kind !== 'run' || command.config.databaseUrl === undefined) {
    throw new ConfigError(
      'DATABASE_URL is unset: name the database to migrate. The embedded one is migrated at each start.',
    );
  }
  const { config } = command;
  const ran = await migrate(
    command.config.databaseUrl,
    createLogger({ level: config.logLevel, format: config.logFormat, role: 'migrate' }),
  );
  process.stdout.write(ran.length === 0 ? 'The database is up to date.\n' : `Ran ${ran.join(', ')}.\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
});
