import type { Logger } from '../logger.js';
import { PeriodicTask } from '../periodic-task.js';
import { OWNER, openCluster, type Cluster } from './cluster.js';
import { openDataFolder } from './data-folder.js';
import { EmbeddedPostgresError, explained } from './embedded-postgres-error.js';
import { lockFolder } from './folder-lock.js';
import { postgresPrograms } from './postgres-programs.js';
import { startPostmaster, stopPostmaster } from './postmaster.js';
import { isAlive } from './process-identity.js';

/** A running server of this process's own. */
export interface EmbeddedPostgres {
  /** With role and password. It stays the same while the server runs, also when it dies and comes back. */
  url: string;
  /** Call it last: it ends every connection that is still open. */
  stop: () => Promise<void>;
}

const WATCH_MS = 1000;

/**
 * Starts the PostgreSQL that comes with this product's npm packages, on a free port of 127.0.0.1, its data kept in `dataDir`. It goes on
 * with the data and, after a crash of this process, with the server that are there, and brings a server that dies back.
 * @throws EmbeddedPostgresError when it can't: the message is for the person who started this
 */
export async function startEmbeddedPostgres(options: { dataDir: string; logger: Logger }): Promise<EmbeddedPostgres> {
  const { folder, account } = openDataFolder(options.dataDir, options.logger);
  const unlock = lockFolder(folder);
  try {
    const cluster = openCluster(folder, postgresPrograms(folder, account), account, options.logger);
    return await serve(cluster, unlock, options.logger);
  } catch (error) {
    unlock();
    throw error instanceof EmbeddedPostgresError
      ? error
      : explained('The embedded PostgreSQL could not be started', (error as Error).message, error);
  }
}

async function serve(cluster: Cluster, unlock: () => void, logger: Logger): Promise<EmbeddedPostgres> {
  let server = await startPostmaster(cluster, logger);
  const watch = new PeriodicTask({
    name: 'watch over the embedded PostgreSQL',
    everyMs: WATCH_MS,
    logger,
    run: async () => {
      if (isAlive(server.pid)) return;
      logger.error({ pid: server.pid }, 'the embedded PostgreSQL died; starting it again');
      server = await startPostmaster(cluster, logger, server.port);
    },
  });
  watch.start();
  return {
    url: `postgres://${OWNER}:${cluster.password}@127.0.0.1:${server.port}/${OWNER}`,
    stop: async () => {
      await watch.stop();
      await stopPostmaster(cluster, server);
      unlock();
    },
  };
}
