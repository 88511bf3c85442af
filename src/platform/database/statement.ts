/** One SQL statement with a name: each connection parses and plans it once, as a prepared statement. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /** Whether it changes rows, and so has a commit to wait for. */
  readonly writes: boolean;
}

/** Declares a statement. Names are unique within the program: `test/architecture` holds that. */
export function statement(name: string, text: string): Statement {
  return { name, text, writes: /\b(INSERT|UPDATE|DELETE)\b/.test(text.replaceAll(/\bFOR (NO KEY )?UPDATE\b/g, '')) };
}
