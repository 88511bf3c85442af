/**
 * What an error of a database call means for its caller. `connection`: the database was not reached or went away, the outcome is
 * unknown. `retry`: rolled back, the same call may succeed. `blocked`: rolled back, somebody holds a row for too long. `data`: what was
 * sent can never succeed. `other`: none of these.
 */
export type DatabaseErrorKind = 'connection' | 'retry' | 'blocked' | 'data' | 'other';

const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** pg gives these errors no code. */
const CONNECTION_MESSAGE =
  /^(Query read timeout|timeout exceeded when trying to connect|timeout expired|Connection terminated|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end)/;

/** deadlock_detected, serialization_failure */
const RETRY_STATES = new Set(['40P01', '40001']);

const QUERY_CANCELED = '57014';
/** lock_not_available (lock_timeout), query_canceled (statement_timeout) */
const BLOCKED_STATES = new Set(['55P03', QUERY_CANCELED]);

/** Classes: 08 connection, 28 login, 53 resources used up, 57P shutdown; and 25006: a failover left us on a standby. */
const CONNECTION_STATE = /^(08|28|53|57P|25006)/;

/** Classes: 22 data, 23 constraint, 54 program limit; and P0001: raised by a trigger. */
const DATA_STATE = /^(22|23|54|P0001)/;

/** The server is going away or is not what it was: other connections to it are as dead. Classes 08 and 57P, and 25006. */
const SERVER_GONE_STATE = /^(08|57P|25006)/;
const QUERY_READ_TIMEOUT = /^Query read timeout/;

/** A statement that was not run, or was given up by the server, because nobody waits for its answer any more. */
export class StatementCancelled extends Error {
  override readonly name = 'StatementCancelled';
}

/** How deep causes are followed: TypeORM wraps the driver's error, and callers wrap TypeORM's. */
const MAX_CAUSES = 5;

export function classifyDatabaseError(error: unknown): DatabaseErrorKind {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current instanceof Error; depth++) {
    const kind = classifyOne(current);
    if (kind !== 'other') return kind;
    current = 'driverError' in current ? current.driverError : current.cause;
  }
  return 'other';
}

function classifyOne(error: Error): DatabaseErrorKind {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (SOCKET_CODES.has(code) || CONNECTION_MESSAGE.test(error.message)) return 'connection';
  if (!/^[0-9A-Z]{5}$/.test(code)) return 'other';
  if (CONNECTION_STATE.test(code)) return 'connection';
  if (RETRY_STATES.has(code)) return 'retry';
  if (BLOCKED_STATES.has(code)) return 'blocked';
  return DATA_STATE.test(code) ? 'data' : 'other';
}

/** True when the server refused the statement and is ready for the next one. */
export function isOfStatement(error: unknown): boolean {
  return error instanceof StatementCancelled || ['data', 'blocked', 'retry'].includes(classifyDatabaseError(error));
}

/** True when the error tells of the server, not of one connection: what else is connected to it will fail as well. */
export function isServerGone(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return SOCKET_CODES.has(code) || SERVER_GONE_STATE.test(code) || error.message.startsWith('Connection terminated');
}

/** True when the server did not answer in time: it may be away, or the commit may wait for a standby. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Error && QUERY_READ_TIMEOUT.test(error.message);
}

/** True when the server gave up a statement at its time limit. */
export function isOverTime(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === QUERY_CANCELED;
}
