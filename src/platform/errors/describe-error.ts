const MAX_CAUSES = 4;

/**
 * What a log may know of an error. Other properties stay out: the database's tell the row that was refused, a handler's whatever it
 * likes.
 */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error === undefined ? undefined : { type: typeof error };
  const code = 'code' in error ? String(error.code) : undefined;
  const cause = error.cause === undefined || depth >= MAX_CAUSES ? undefined : describeError(error.cause, depth + 1);
  return { type: error.name, message: error.message, code, stack: error.stack, cause };
}
