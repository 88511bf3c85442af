import { accessSync, chmodSync, constants, mkdirSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Logger } from '../logger.js';
import { accountFor, canReach, type Account } from './account.js';
import { EmbeddedPostgresError, explained } from './embedded-postgres-error.js';

const SYSTEM_FOLDER = '/var/lib/job-orchestrator';

/** The cluster's folder inside DATA_DIR. */
export const CLUSTER = 'postgres';

/**
 * Makes DATA_DIR, or finds it.
 * @returns where the data is: DATA_DIR, or a system folder where the user that PostgreSQL runs as can't reach DATA_DIR
 * @throws EmbeddedPostgresError when it can't be made or written to
 */
export function openDataFolder(dataDir: string, logger: Logger): { folder: string; account: Account | undefined } {
  const wanted = resolve(dataDir);
  const account = accountFor(join(wanted, CLUSTER));
  make(wanted, account);
  if (!account || canReach(wanted, account)) return { folder: wanted, account };

  const name = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  const folder = join(SYSTEM_FOLDER, name);
  make(SYSTEM_FOLDER, account);
  make(folder, account);
  if (!canReach(folder, account)) {
    throw new EmbeddedPostgresError(
      `PostgreSQL runs as ${account.name} here, who can reach neither ${wanted} nor ${folder}. Set DATA_DIR to a folder that ${account.name} can reach.`,
    );
  }
  logger.warn(
    `PostgreSQL does not run as root; ${account.name}, as whom it runs, can't reach ${wanted}: the data is kept in ${folder}`,
  );
  return { folder, account: accountFor(join(folder, CLUSTER)) };
}

function make(folder: string, account: Account | undefined): void {
  try {
    const made = mkdirSync(folder, { recursive: true, mode: account ? 0o711 : 0o700 });
    // Others pass through to the cluster's folder, which is closed to all but its owner.
    if (made !== undefined && account) chmodSync(folder, 0o711);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw explained(`The data folder ${folder} can't be used`, (error as Error).message, error);
  }
}
