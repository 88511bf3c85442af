import type { ClientBase } from 'pg';

/** How often a server looks whether the caller of a long statement is still there. */
const CHECK_CALLER = '2s';

/**
 * What every connection here relies on, whatever the defaults of the server, the database or the role are. Not `search_path`: it is how a
 * role says where its tables live.
 */
const SESSION_SETTINGS: Readonly<Record<string, string>> = {
  client_encoding: 'UTF8',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
  transform_null_equals: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  // Of what the server has to say, this much must arrive: that a commit was not waited for is a warning.
  client_min_messages: 'warning',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  jit: 'off',
  enable_nestloop: 'on',
  enable_indexscan: 'on',
  enable_indexonlyscan: 'on',
  enable_sort: 'on',
};

/** PostgreSQL 17 cuts a whole transaction off by it; before that there is no such setting. Others can't look after their callers. */
const WHERE_POSSIBLE = { transaction_timeout: '0', client_connection_check_interval: CHECK_CALLER };

/** Makes the connection ready: one round trip. @param settings of its own, which go before those that all have */
export async function prepareSession(
  client: Pick<ClientBase, 'query'>,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  await client.query(sessionText(settings));
}

function sessionText(settings: Readonly<Record<string, string>>): string {
  const sets = Object.entries({ ...SESSION_SETTINGS, ...settings }).map(([name, value]) => set(name, value));
  const tries = Object.entries(WHERE_POSSIBLE).map(
    ([name, value]) => `DO $$ BEGIN ${set(name, value)}; EXCEPTION WHEN OTHERS THEN NULL; END $$`,
  );
  return [...sets, ...tries].join(';');
}

function set(name: string, value: string): string {
  return `SET ${name} = '${value}'`;
}
