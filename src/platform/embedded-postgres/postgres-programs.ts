import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { idsOf, type Account } from './account.js';
import { EmbeddedPostgresError, explained } from './embedded-postgres-error.js';

/** PostgreSQL's programs for this platform. */
export interface PostgresPrograms {
  initdb: string;
  postgres: string;
  pgCtl: string;
  /** Data of one major version can't be read by another. */
  major: string;
}

/**
 * Finds them in the npm package for this platform, and makes them ready to run: the package's symbolic links are made by its install
 * script, which may never have run.
 * @param folder where they are copied to when they can't run where they are
 * @throws EmbeddedPostgresError
 */
export function postgresPrograms(folder: string, account: Account | undefined): PostgresPrograms {
  const { root, version } = findPackage();
  const copy = join(folder, `program-${version}`);
  if (existsSync(copy)) return checked(programsIn(copy, version), account);
  const inPlace = programsIn(root, version);
  if (makeLinks(root)) {
    if (runs(inPlace, account)) return inPlace;
    if (!account) return checked(inPlace, account);
  }
  copyPrograms(root, copy);
  return checked(programsIn(copy, version), account);
}

function findPackage(): { root: string; version: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { root, version };
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL for this platform (${name}) is not installed. ` +
        'Run npm install without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own (16 or later).',
      { cause },
    );
  }
}

function programsIn(root: string, version: string): PostgresPrograms {
  const program = (name: string) => join(root, 'native', 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return {
    initdb: program('initdb'),
    postgres: program('postgres'),
    pgCtl: program('pg_ctl'),
    major: version.split('.')[0]!,
  };
}

/** @returns false when the package's folder can't be written to */
function makeLinks(root: string): boolean {
  const list = join(root, 'native', 'pg-symlinks.json');
  const links = existsSync(list)
    ? (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[])
    : [];
  for (const { source, target } of links) {
    if (lstatSync(join(root, target), { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(basename(source), join(root, target));
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (['EACCES', 'EPERM', 'EROFS'].includes(code)) return false;
      // Another start was quicker.
      if (code !== 'EEXIST') throw error;
    }
  }
  return true;
}

/** Whole or not at all, readable by everyone. */
function copyPrograms(root: string, copy: string): void {
  const partial = `${copy}.partial`;
  try {
    rmSync(partial, { recursive: true, force: true });
    cpSync(root, partial, { recursive: true, verbatimSymlinks: true });
    makeLinks(partial);
    chmodSync(partial, 0o755);
    for (const entry of readdirSync(partial, { recursive: true, withFileTypes: true })) {
      const isProgram = entry.isDirectory() || basename(entry.parentPath) === 'bin';
      if (!entry.isSymbolicLink()) chmodSync(join(entry.parentPath, entry.name), isProgram ? 0o755 : 0o644);
    }
    renameSync(partial, copy);
  } catch (error) {
    throw explained(`PostgreSQL's programs could not be copied to ${copy}`, (error as Error).message, error);
  }
}

function runs(programs: PostgresPrograms, account: Account | undefined): boolean {
  return spawnSync(programs.postgres, ['--version'], { cwd: '/', ...idsOf(account) }).status === 0;
}

function checked(programs: PostgresPrograms, account: Account | undefined): PostgresPrograms {
  if (runs(programs, account)) return programs;
  throw new EmbeddedPostgresError(
    `The embedded PostgreSQL does not run on this system (it needs glibc on Linux, so not Alpine): ${programs.postgres}. ` +
      'Set DATABASE_URL to a PostgreSQL of your own (16 or later).',
  );
}
