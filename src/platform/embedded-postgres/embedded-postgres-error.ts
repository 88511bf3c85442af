/** The embedded PostgreSQL can't be used here. The message says why and what to do: show it without a stack. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

const KNOWN_CAUSES: [RegExp, string][] = [
  [
    /No space left on device|ENOSPC|Disk quota exceeded|EDQUOT/,
    'The disk is full. Free some space, or set DATA_DIR to a folder on another disk.',
  ],
  [/Cannot allocate memory|could not map anonymous shared memory/, 'There is not enough memory for PostgreSQL.'],
  [/Read-only file system|EROFS/, 'The file system is read-only. Set DATA_DIR to a folder that can be written to.'],
  [/EACCES|EPERM|Permission denied/, 'Permission was denied. Set DATA_DIR to a folder that this user may write to.'],
];

/** @param words what the program or the system said */
export function explained(what: string, words: string, cause?: unknown): EmbeddedPostgresError {
  const known = KNOWN_CAUSES.find(([pattern]) => pattern.test(words))?.[1];
  return new EmbeddedPostgresError([`${what}.`, known, words.trim()].filter(Boolean).join('\n'), { cause });
}
