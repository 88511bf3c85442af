import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { random } from '../random.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { startOf } from './process-identity.js';

interface Holder {
  pid: number;
  /** A process that got the id of a dead holder started at another time. */
  start: string;
}

/**
 * Gives this process the folder until it calls the answer, or dies.
 * @throws EmbeddedPostgresError that names the process which has it
 */
export function lockFolder(folder: string): () => void {
  const lock = join(folder, 'lock');
  const own = `${lock}.${random.token()}`;
  const text = JSON.stringify({ pid: process.pid, start: startOf(process.pid) } satisfies Holder);
  writeFileSync(own, text, { mode: 0o600 });
  try {
    // A hard link appears with its content, and never replaces another.
    while (!tryLink(own, lock)) yieldOrTakeOver(lock, folder);
  } finally {
    rmSync(own, { force: true });
  }
  return () => {
    if (read(lock) === text) rmSync(lock, { force: true });
  };
}

function yieldOrTakeOver(lock: string, folder: string): void {
  const text = read(lock);
  if (text === undefined) return;
  const holder = parse(text);
  if (holder && startOf(holder.pid) === holder.start) {
    throw new EmbeddedPostgresError(
      `DATA_DIR ${folder} is in use by process ${holder.pid} of this machine. Stop that one first, or set another DATA_DIR. ` +
        '(Several orchestrators can share one PostgreSQL: set DATABASE_URL.)',
    );
  }
  const aside = `${lock}.${random.token()}`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  // Another start may have taken the dead one's lock over between the look and the move: then it is theirs.
  if (read(aside) !== text) tryLink(aside, lock);
  rmSync(aside, { force: true });
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    // A disk that was full or a power cut leaves an empty file: nobody's.
    return undefined;
  }
}
