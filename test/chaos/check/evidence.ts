import type pg from 'pg';
import type { HistoryEntry } from '../load/history.js';
import type { Execution } from './executions.js';

/*
 * What the producers and the handlers saw, put beside the product's own tables, so that every invariant is one query. It lives in a
 * schema of its own.
 */

/** Watches what the product's tables cannot tell afterwards: changes of jobs that had ended. To be installed before the load. */
export async function installWatch(client: pg.Client): Promise<void> {
  await client.query(`
    CREATE SCHEMA chaos;
    CREATE TABLE chaos.late_changes (job_id uuid, was job_status, became job_status, at timestamptz DEFAULT clock_timestamp());
    CREATE FUNCTION chaos.note_late_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO chaos.late_changes (job_id, was, became) VALUES (OLD.id, OLD.status, NEW.status);
      RETURN NULL;
    END $$;
    CREATE TRIGGER note_late_change AFTER UPDATE ON jobs FOR EACH ROW WHEN (OLD.finished_at IS NOT NULL)
      EXECUTE FUNCTION chaos.note_late_change();
  `);
}

export async function loadEvidence(
  client: pg.Client,
  history: readonly HistoryEntry[],
  executions: readonly Execution[],
): Promise<void> {
  await client.query(`
    CREATE TABLE chaos.submitted (key text PRIMARY KEY);
    CREATE TABLE chaos.acknowledged (key text, id uuid);
    CREATE TABLE chaos.executions (job_id uuid, attempt int, type text, pid int, started_at_ms float8, ended_at_ms float8);
  `);
  const submissions = history.filter(({ kind }) => kind !== 'cancel');
  const keys = new Set(submissions.filter(({ type }) => type === 'invoke').flatMap((entry) => entry.keys));
  await client.query('INSERT INTO chaos.submitted SELECT unnest($1::text[])', [[...keys]]);
  const acknowledged = submissions
    .filter(({ type }) => type === 'ok')
    .flatMap((entry) => entry.keys.map((key, index) => ({ key, id: entry.ids![index]! })));
  await client.query('INSERT INTO chaos.acknowledged SELECT * FROM unnest($1::text[], $2::uuid[])', [
    acknowledged.map(({ key }) => key),
    acknowledged.map(({ id }) => id),
  ]);
  await client.query(
    'INSERT INTO chaos.executions SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::int[], $5::float8[], $6::float8[])',
    [
      executions.map((each) => each.jobId),
      executions.map((each) => each.attempt),
      executions.map((each) => each.type),
      executions.map((each) => each.pid),
      executions.map((each) => each.startedAtMs),
      executions.map((each) => each.endedAtMs),
    ],
  );
  await client.query('ANALYZE');
}
