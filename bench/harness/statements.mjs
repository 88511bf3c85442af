import { query } from './servers.mjs';

/** For --profile: the statements that took most of the database's time since the session began. */
export async function startStatementClock(databaseUrl) {
  await query(databaseUrl, 'CREATE EXTENSION pg_stat_statements');
  await query(databaseUrl, 'SELECT pg_stat_statements_reset()');
  return () =>
    query(
      databaseUrl,
      `SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 90) AS statement, calls::int, rows::int, round(total_exec_time::numeric) AS ms,
        round((total_exec_time / calls)::numeric, 2) AS ms_a_call, shared_blks_hit::int AS hits, wal_bytes::bigint / 1024 AS wal_kb
      FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT 12`,
    );
}
