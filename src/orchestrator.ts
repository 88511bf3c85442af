import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import type { Config } from './config/config.js';
import { migrate } from './platform/database/migrations.js';
import { startEmbeddedPostgres } from './platform/embedded-postgres/embedded-postgres.js';
import { StartError } from './platform/errors/start-error.js';
import { configureApp } from './platform/http/configure-app.js';
import { OpenConnections } from './platform/http/open-connections.js';
import { SameShapeAdapter } from './platform/http/same-shape-adapter.js';
import type { Logger } from './platform/logger.js';
import { Metrics } from './platform/metrics.js';
import { nestLogger } from './platform/nest-logger.js';
import { OrchestratorModule } from './roles.js';

/** An orchestrator that listens. */
export interface RunningOrchestrator {
  /** Where it listens, as in `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Answers what waits, closes the port, then the connections, and last of all the embedded PostgreSQL. */
  stop(): Promise<void>;
}

const LISTEN_MENDS: Record<string, string> = {
  EADDRINUSE: 'another program listens there. Stop that one, or set another PORT (0 takes a free one).',
  EACCES: 'this user may not. Set PORT to 1024 or above.',
  EADDRNOTAVAIL: 'this machine has no such address. Set HOST to one that it has.',
  ENOTFOUND: 'there is no such host. Set HOST to an address of this machine.',
};

/**
 * Brings the database up (an embedded one without DATABASE_URL) and up to date, and serves the API and the dashboard.
 * @throws whatever keeps it from serving: the database, a migration, a port that is taken
 */
export async function startOrchestrator(config: Config, logger: Logger): Promise<RunningOrchestrator> {
  const embedded =
    config.databaseUrl === undefined ? await startEmbeddedPostgres({ dataDir: config.dataDir, logger }) : null;
  try {
    const settings: Config = embedded ? Object.freeze({ ...config, databaseUrl: embedded.url }) : config;
    const app = await serve(settings, logger);
    const connections = new OpenConnections(app.getHttpServer());
    let stopping: Promise<void> | undefined;
    const stop = async () => {
      connections.end();
      await app.close();
      await embedded?.stop();
    };
    // Nest would close everything twice when a second signal comes.
    return { url: urlOf(app, config), stop: () => (stopping ??= stop()) };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

async function serve(config: Config, logger: Logger): Promise<NestExpressApplication> {
  const ran = await migrate(config.databaseUrl!, logger);
  if (ran.length > 0) logger.info({ migrations: ran }, 'the database was migrated');
  const app = await NestFactory.create<NestExpressApplication>(
    OrchestratorModule.with(config, logger),
    new SameShapeAdapter(),
    {
      bodyParser: false,
      logger: nestLogger(logger),
      abortOnError: false,
    },
  );
  try {
    configureApp(app, config, logger, app.get(Metrics).observeAnswer);
    await app.init();
    await listen(app.getHttpServer(), config);
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** Not by Nest, which writes a failure to the log before anybody can say it better. @throws StartError */
async function listen(server: Server, { host, port }: Config): Promise<void> {
  try {
    await once(server.listen(port, host), 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new StartError(`PORT ${port} of HOST ${host} can't be used: ${LISTEN_MENDS[code!] ?? message}`, {
      cause: error,
    });
  }
}

function urlOf(app: NestExpressApplication, config: Config): string {
  const { port } = app.getHttpServer().address() as AddressInfo;
  const isAnyAddress = config.host === '0.0.0.0' || config.host === '::';
  const host = isAnyAddress ? '127.0.0.1' : config.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
