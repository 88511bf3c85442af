import pg, { escapeIdentifier, type ClientBase, type Connection, type QueryResult } from 'pg';
import { isOfStatement } from './database-error.js';
import type { Statement } from './statement.js';

/** A prepared statement and its parameters. Arrays come as `array-parameter.ts` writes them. */
export interface BoundStatement {
  statement: Statement;
  values: readonly unknown[];
}

type Parameter = Buffer | string | number | null;

/** What the driver's own queries use of its connection; its types leave most of it out. */
interface Wire extends Pick<Connection, 'stream'> {
  /** Texts of the statements that the server knows, by name. */
  parsedStatements: Record<string, string>;
  parse(message: Statement): void;
  bind(message: { statement: string; values: readonly Parameter[]; valueMapper: typeof wireForm }): void;
  describe(message: { type: 'P' }): void;
  execute(message: object): void;
  sync(): void;
}

/**
 * Two statements behind one Sync. PostgreSQL runs what comes before a Sync in one transaction, answers it in one piece, and commits once;
 * with BEGIN and COMMIT it would answer four times, and each answer wakes a process.
 */
class StatementPair extends pg.Query {
  constructor(
    private readonly pair: readonly BoundStatement[],
    callback: (error: Error | undefined, results: unknown) => void,
  ) {
    super('', callback);
  }

  override submit = (connection: Connection): void => {
    const wire = connection as unknown as Wire;
    // Else each message would be a packet of its own.
    wire.stream.cork();
    for (const { statement, values } of this.pair) {
      if (!(statement.name in wire.parsedStatements)) wire.parse(statement);
      wire.bind({ statement: statement.name, values: values as Parameter[], valueMapper: wireForm });
      wire.describe({ type: 'P' });
      wire.execute({});
    }
    wire.sync();
    wire.stream.uncork();
  };
}

/**
 * Runs two statements in one transaction, sent at once. The second can't know what the first one answers.
 * @returns the rows of each
 * @throws what the first of them to fail throws; then neither has done anything
 */
export async function runPair(
  client: ClientBase,
  pair: readonly [BoundStatement, BoundStatement],
): Promise<unknown[][]> {
  const { parsedStatements } = (client as unknown as { connection: Wire }).connection;
  const unknown = pair.map(({ statement }) => statement).filter(({ name }) => !(name in parsedStatements));
  try {
    const results = await new Promise<QueryResult[]>((resolve, reject) => {
      client.query(
        new StatementPair(pair, (error, answers) => (error ? reject(error) : resolve(answers as QueryResult[]))),
      );
    });
    for (const { name, text } of unknown) parsedStatements[name] = text;
    return results.map(({ rows }) => rows as unknown[]);
  } catch (error) {
    // The server may know them by now or not: nobody could tell the next time.
    if (isOfStatement(error)) {
      for (const { name } of unknown) await client.query(`DEALLOCATE ${escapeIdentifier(name)}`).catch(() => undefined);
    }
    throw error;
  }
}

function wireForm(value: Parameter): Buffer | string | null {
  return typeof value === 'number' ? String(value) : value;
}
