import pg, { type PoolClient } from 'pg';
import type { NoticeMessage } from 'pg-protocol/dist/messages.js';
import { ERROR_CODES } from '../../contract/errors.js';
import { DomainError } from '../errors/domain-error.js';
import type { Logger } from '../logger.js';
import { cancelStatement } from './cancel.js';
import { isOfStatement, isServerGone, isUnanswered, StatementCancelled } from './database-error.js';
import type { DatabaseServer } from './database-server.js';
import { parseInstant } from './parse-instant.js';
import { prepareSession } from './session-settings.js';
import { runPair, type BoundStatement } from './statement-pair.js';
import type { Statement } from './statement.js';

const MAX_LIFETIME_SECONDS = 600;
/** The server gives up a statement before the client gives up the server: then the outcome is known. */
const SERVER_HEAD_START_MS = 500;
/** Between two statements of a transaction nothing slow is done: whoever stays silent for longer stands still, or its link is cut. */
const LONGEST_STALL_MS = 5000;

// Counts are int8; none of ours comes near 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, parseInstant);

/** The routine of the server that says so, whatever its language, when it gives up to wait for a synchronous standby. */
const SYNC_WAIT = 'SyncRepWaitForLSN';

/** Refuses writes while commits hang. */
export interface WriteBrake {
  /** @throws DomainError `database_unavailable` */
  assertReleased(): void;
  /** A statement was not answered in time. */
  suspect(): void;
}

export interface LaneOptions {
  name: string;
  server: DatabaseServer;
  size: number;
  /** How long one statement may take. */
  timeoutMs: number;
  /** `SET` once on each connection, besides what all have. */
  settings?: Readonly<Record<string, string>>;
  brake?: WriteBrake;
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
  /** How many connections it may have. */
  readonly size: number;
  private readonly pool: pg.Pool;
  private readonly name: string;
  private readonly server: DatabaseServer;
  private readonly brake: WriteBrake | undefined;
  /** Connections made before the server was last found gone. They are as dead, and not to be handed out. */
  private stale = new WeakSet<pg.ClientBase>();
  private readonly open = new Set<pg.ClientBase>();
  /** Connections of which the latest commit may not have reached the standby that it had to wait for. */
  private readonly unconfirmed = new Set<pg.ClientBase>();

  constructor({ name, server, size, timeoutMs, settings = {}, brake, logger }: LaneOptions) {
    this.name = name;
    this.size = size;
    this.server = server;
    this.brake = brake;
    this.pool = new pg.Pool({
      ...server.options,
      max: size,
      application_name: name,
      query_timeout: timeoutMs,
      idleTimeoutMillis: 60_000,
      // Prepared statements keep their plans for as long as their connection lives.
      maxLifetimeSeconds: MAX_LIFETIME_SECONDS,
      // Awaited before the connection is handed out, whatever the type says.
      // eslint-disable-next-line @typescript-eslint/no-misused-promises
      onConnect: async (client) => {
        client.on('error', (error: Error) => logger.debug({ reason: error.message, lane: name }, 'a connection broke'));
        client.on('notice', (notice: NoticeMessage) => notice.routine === SYNC_WAIT && this.unconfirmed.add(client));
        await prepareSession(client, {
          statement_timeout: `${timeoutMs - SERVER_HEAD_START_MS}ms`,
          idle_in_transaction_session_timeout: `${Math.min(timeoutMs, LONGEST_STALL_MS)}ms`,
          ...settings,
        });
        this.open.add(client);
      },
    });
    this.pool.on('remove', (client) => {
      this.open.delete(client);
      this.unconfirmed.delete(client);
    });
    this.pool.on('error', (error) => {
      logger.debug({ reason: error.message, lane: name }, 'an idle connection broke');
      this.mistrustIfGone(error);
    });
  }

  /**
   * Not by the pool's own `query`, which throws a connection away for each statement that fails.
   * @param signal when it is aborted, the server gives the statement up, and the call fails
   */
  query<Row>(statement: Statement, values: readonly unknown[], signal?: AbortSignal): Promise<Row[]> {
    return this.keepingConnection((client, lone) => {
      const run = () => lone.query<Row>(statement, values);
      return signal ? runUntilAborted(client, signal, run) : run();
    });
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
    return this.keepingConnection(async (client) => {
      if (first.statement.writes || second.statement.writes) this.brake?.assertReleased();
      return (await runPair(client, [first, second])) as [First[], Second[]];
    });
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
    const client = await this.connect();
    let failure: Error | undefined;
    try {
      const result = await work(client, {
        query: async <Row>(statement: Statement, values: readonly unknown[]) => {
          if (statement.writes) this.brake?.assertReleased();
          const { name, text } = statement;
          return (await client.query({ name, text, values: values as unknown[] })).rows as Row[];
        },
      });
      if (this.unconfirmed.size > 0 && this.unconfirmed.delete(client)) throw durabilityUnknown();
      return result;
    } catch (error) {
      failure = error as Error;
      this.mistrustIfGone(error);
      if (isUnanswered(error)) this.brake?.suspect();
      throw error;
    } finally {
      client.release(failure);
    }
  }

  private async connect(): Promise<PoolClient> {
    for (;;) {
      const client = await this.pool.connect();
      if (!this.stale.has(client)) return client;
      client.release(true);
    }
  }

  /** Else each of the other connections would cost a call of its own to be found dead. */
  private mistrustIfGone(error: unknown): void {
    if (!isServerGone(error)) return;
    this.server.forgetHost();
    this.stale = new WeakSet(this.open);
  }
}

/** A late request to cancel could hit the next statement: then the connection is not used again. */
async function runUntilAborted<T>(client: pg.Client, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  if (signal.aborted) throw new StatementCancelled('nobody waits for it any more');
  let cancelling: Promise<void> | undefined;
  const cancel = () => void (cancelling = cancelStatement(client));
  signal.addEventListener('abort', cancel);
  try {
    const result = await run();
    if (cancelling) throw new Error('The statement ended while it was being cancelled');
    return result;
  } finally {
    signal.removeEventListener('abort', cancel);
    await cancelling;
  }
}

function durabilityUnknown(): DomainError {
  return new DomainError('durability_unknown', ERROR_CODES.durability_unknown.message);
}

function raise(error: unknown): never {
  throw error;
}
