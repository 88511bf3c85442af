import pg, { type PoolClient } from 'pg';
import type { Logger } from '../logger.js';
import { isOfStatement } from './database-error.js';
import { parseInstant } from './parse-instant.js';
import { runPair, type BoundStatement } from './statement-pair.js';
import type { Statement } from './statement.js';

const CONNECT_TIMEOUT_MS = 3000;
const MAX_LIFETIME_SECONDS = 600;
/** The server gives up a statement before the client gives up the server: then the outcome is known. */
const SERVER_HEAD_START_MS = 500;
/** Between two statements of a transaction nothing slow is done: whoever stays silent for longer stands still, or its link is cut. */
const LONGEST_STALL_MS = 5000;

// Counts are int8; none of ours comes near 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, parseInstant);

export interface LaneOptions {
  name: string;
  url: string;
  size: number;
  /** How long one statement may take. */
  timeoutMs: number;
  /** `SET` once on each connection. */
  settings?: Readonly<Record<string, string>>;
  logger: Logger;
}

/** What can run a statement: a lane, or a transaction on one of its connections. */
export interface Queryable {
  query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
}

/**
 * A pool of connections for one kind of work, so that none can starve another. Every statement has a time limit on both sides; a
 * connection that broke a statement for any reason but the statement itself is not used again.
 */
export class Lane implements Queryable {
  private readonly pool: pg.Pool;
  private readonly name: string;

  constructor({ name, url, size, timeoutMs, settings = {}, logger }: LaneOptions) {
    this.name = name;
    this.pool = new pg.Pool({
      connectionString: url,
      max: size,
      application_name: name,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: timeoutMs,
      idleTimeoutMillis: 60_000,
      // Prepared statements keep their plans for as long as their connection lives.
      maxLifetimeSeconds: MAX_LIFETIME_SECONDS,
      keepAlive: true,
      // Awaited before the connection is handed out, whatever the type says.
      // eslint-disable-next-line @typescript-eslint/no-misused-promises
      onConnect: async (client) => {
        client.on('error', (error: Error) => logger.debug({ reason: error.message, lane: name }, 'a connection broke'));
        await client.query(
          Object.entries({
            statement_timeout: `${timeoutMs - SERVER_HEAD_START_MS}ms`,
            idle_in_transaction_session_timeout: `${Math.min(timeoutMs, LONGEST_STALL_MS)}ms`,
            jit: 'off',
            timezone: 'UTC',
            ...settings,
          })
            .map(([key, value]) => `SET ${key} = '${value}'`)
            .join(';'),
        );
      },
    });
    this.pool.on('error', (error) => logger.debug({ reason: error.message, lane: name }, 'an idle connection broke'));
  }

  /** Not by the pool's own `query`, which throws a connection away for each statement that fails. */
  query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return this.keepingConnection((_client, lone) => lone.query<Row>(statement, values));
  }

  /** Runs the work in one transaction; rolled back when it throws. */
  async transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    const outcome = await this.withClient(async (client, transaction) => {
      await client.query('BEGIN');
      try {
        const result = await work(transaction);
        await client.query('COMMIT');
        return () => result;
      } catch (error) {
        // A connection that can still roll back is sound.
        await client.query('ROLLBACK').catch(() => raise(error));
        return () => raise(error);
      }
    });
    return outcome();
  }

  /**
   * Two statements in one transaction, sent at once: one round trip and one commit. The second can't know what the first one answers.
   * @throws what the first of them to fail throws; then neither has done anything
   */
  together<First, Second>(first: BoundStatement, second: BoundStatement): Promise<[First[], Second[]]> {
    return this.keepingConnection(async (client) => (await runPair(client, [first, second])) as [First[], Second[]]);
  }

  /** Runs the work on one connection, for what belongs to a session (advisory locks). */
  async session<T>(work: (session: Queryable) => Promise<T>): Promise<T> {
    return this.withClient((_client, session) => work(session));
  }

  /** How many connections there are, how many of them idle, and how many callers wait for one. */
  get usage(): { lane: string; total: number; idle: number; waiting: number } {
    const { totalCount, idleCount, waitingCount } = this.pool;
    return { lane: this.name, total: totalCount, idle: idleCount, waiting: waitingCount };
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  /** @param work when it throws for a fault of its statement, the connection is sound */
  private async keepingConnection<T>(work: (client: PoolClient, queryable: Queryable) => Promise<T>): Promise<T> {
    const outcome = await this.withClient(async (client, queryable) => {
      try {
        const result = await work(client, queryable);
        return () => result;
      } catch (error) {
        if (!isOfStatement(error)) throw error;
        return () => raise(error);
      }
    });
    return outcome();
  }

  /** @param work when it throws, the connection is not used again */
  private async withClient<T>(work: (client: PoolClient, queryable: Queryable) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let failure: Error | undefined;
    try {
      return await work(client, {
        query: async <Row>({ name, text }: Statement, values: readonly unknown[]) =>
          (await client.query({ name, text, values: values as unknown[] })).rows as Row[],
      });
    } catch (error) {
      failure = error as Error;
      throw error;
    } finally {
      client.release(failure);
    }
  }
}

function raise(error: unknown): never {
  throw error;
}
