import { randomUUID } from 'node:crypto';
import type { JobStatus } from '../../src/contract/job-state.js';
import type { Database } from '../../src/platform/database/database.js';
import { statement } from '../../src/platform/database/statement.js';

/** What a statement that changes jobs would append. */
export interface Delta {
  queue?: string;
  type?: string;
  from?: JobStatus;
  to?: JobStatus;
  ms?: number;
  n?: number;
  secondsAgo?: number;
}

const append = statement(
  'test_append_deltas',
  `INSERT INTO job_deltas (queue, type, from_status, to_status, duration_bucket, n, at)
  SELECT queue, type, from_status::job_status, to_status::job_status, duration_bucket, n, now() - make_interval(secs => ago)
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::float8[])
    AS d (queue, type, from_status, to_status, duration_bucket, n, ago)`,
);

export async function appendDeltas(database: Database, deltas: readonly Delta[]): Promise<void> {
  await database.api.query(append, [
    deltas.map(({ queue = 'mail' }) => queue),
    deltas.map(({ queue = 'mail', type = queue }) => type),
    deltas.map(({ from }) => from ?? null),
    deltas.map(({ to }) => to ?? null),
    deltas.map(({ ms }) => (ms === undefined ? null : Math.floor(4 * Math.log2(ms)))),
    deltas.map(({ n = 1 }) => n),
    deltas.map(({ secondsAgo = 0 }) => secondsAgo),
  ]);
}

const fail = statement(
  'test_append_errors',
  `INSERT INTO error_deltas (fingerprint, type, error_type, message, job_id, at)
  SELECT $1, $2, 'Error', $3, $4, now() - make_interval(secs => $5)`,
);

export async function appendError(
  database: Database,
  fingerprint: string,
  { message = 'boom', jobId = randomUUID(), secondsAgo = 0, type = 'email' } = {},
): Promise<void> {
  await database.api.query(fail, [fingerprint, type, message, jobId, secondsAgo]);
}

const insertJob = statement(
  'test_insert_job',
  `INSERT INTO jobs (id, queue, type, status, priority, created_at, run_at)
  SELECT coalesce($1::uuid, gen_random_uuid()), $2, $2, 'PENDING', $3, now() - make_interval(secs => $4), now() - make_interval(secs => $5::float8)`,
);

/** A PENDING job with what it appends. */
export async function insertJobRow(
  database: Database,
  queue: string,
  { id = null as string | null, priority = 0, ageSeconds = 0, readySeconds = null as number | null } = {},
): Promise<void> {
  await database.api.query(insertJob, [id, queue, priority, ageSeconds, readySeconds]);
  await appendDeltas(database, [{ queue, to: 'PENDING' }]);
}

export async function rows<Row>(
  database: Database,
  name: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return database.api.query<Row>(statement(`test_${name}`, text), values);
}
