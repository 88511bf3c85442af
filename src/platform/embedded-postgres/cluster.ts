import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../logger.js';
import { random } from '../random.js';
import { idsOf, type Account } from './account.js';
import { CLUSTER } from './data-folder.js';
import { EmbeddedPostgresError, explained } from './embedded-postgres-error.js';
import type { PostgresPrograms } from './postgres-programs.js';

/** Role, and database. */
export const OWNER = 'orchestrator';
const PASSWORD_FILE = 'orchestrator.password';

/** PostgreSQL's data directory, ready to be served. */
export interface Cluster {
  folder: string;
  password: string;
  programs: PostgresPrograms;
  account: Account | undefined;
}

/**
 * Finds the cluster in the data folder, or makes it: whole or not at all, so that a kill in between leaves nothing behind that counts.
 * @throws EmbeddedPostgresError
 */
export function openCluster(
  dataFolder: string,
  programs: PostgresPrograms,
  account: Account | undefined,
  logger: Logger,
): Cluster {
  const folder = join(dataFolder, CLUSTER);
  if (!existsSync(join(folder, 'PG_VERSION'))) {
    logger.info(`making a PostgreSQL ${programs.major} database in ${folder}`);
    make(folder, programs, account);
  }
  checkMajor(folder, programs);
  return { folder, password: readPassword(folder), programs, account };
}

function make(folder: string, programs: PostgresPrograms, account: Account | undefined): void {
  const partial = `${folder}.partial`;
  const passwordFile = `${partial}.password`;
  try {
    rmSync(partial, { recursive: true, force: true });
    rmSync(passwordFile, { force: true });
    mkdirSync(partial, { mode: 0o700 });
    writeFileSync(passwordFile, random.token(), { mode: 0o600, flag: 'wx' });
    if (account) [partial, passwordFile].forEach((path) => chownSync(path, account.uid, account.gid));
    initdb(partial, passwordFile, programs, account);
    renameSync(passwordFile, join(partial, PASSWORD_FILE));
    renameSync(partial, folder);
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    throw explained(`The database could not be made in ${folder}`, (error as Error).message, error);
  }
}

function initdb(folder: string, passwordFile: string, programs: PostgresPrograms, account: Account | undefined): void {
  const options = [
    `--pgdata=${folder}`,
    `--username=${OWNER}`,
    `--pwfile=${passwordFile}`,
    // Nobody else on this machine gets in without the password, by whatever way.
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The same order of texts on every system, whatever its libc.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--no-instructions',
  ];
  const { status, error, stderr } = spawnSync(programs.initdb, options, {
    cwd: '/',
    encoding: 'utf8',
    // No locale and no PG… variable of whoever starts this.
    env: {},
    ...idsOf(account),
  });
  if (status !== 0) throw explained(`The database could not be made in ${folder}`, error?.message ?? stderr);
}

function checkMajor(folder: string, programs: PostgresPrograms): void {
  const found = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim();
  if (found === programs.major) return;
  throw new EmbeddedPostgresError(
    `${folder} holds data of PostgreSQL ${found}, and this version brings PostgreSQL ${programs.major}, which can't read it. ` +
      `Set DATABASE_URL to a PostgreSQL ${found} that serves this folder, or set DATA_DIR to another folder to begin anew.`,
  );
}

function readPassword(folder: string): string {
  const file = join(folder, PASSWORD_FILE);
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `The password of the database can't be read from ${file}. Put the file back, or set DATA_DIR to another folder to begin anew.`,
      { cause },
    );
  }
}
