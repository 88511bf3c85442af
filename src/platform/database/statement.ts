/** One SQL statement with a name: each connection parses and plans it once, as a prepared statement. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Declares a statement. Names are unique within the program. */
export function statement(name: string, text: string): Statement {
  return { name, text };
}
