import type pg from 'pg';
import { v7 } from 'uuid';
import type { JobStatus } from '../../src/contract/job-state.js';

/** A job as it may lie in the table, whatever led to it. */
export interface JobRow {
  id?: string;
  type?: string;
  queue?: string;
  status?: JobStatus;
  priority?: number;
  tags?: string[];
  error?: string;
  fingerprint?: string;
  workerId?: string;
  payload?: unknown;
  createdAt?: Date;
}

const ENDED: readonly JobStatus[] = ['SUCCESS', 'FAILED', 'DEAD', 'CANCELLED'];
const WAITING: readonly JobStatus[] = ['SCHEDULED', 'RETRYING'];

/** Writes rows that no API call could make at will, past the triggers that guard how a job begins; answers their ids. */
export async function insertJobs(client: pg.Client, jobs: readonly JobRow[]): Promise<string[]> {
  await client.query('SET session_replication_role = replica');
  const ids: string[] = [];
  for (const job of jobs) ids.push(await insertJob(client, job));
  return ids;
}

async function insertJob(client: pg.Client, job: JobRow): Promise<string> {
  const createdAt = job.createdAt ?? new Date();
  const {
    id = job.createdAt ? v7({ msecs: createdAt.getTime() }) : v7(),
    type = 'email',
    queue = type,
    status = 'PENDING',
    workerId = null,
  } = job;
  const attempt = status === 'PENDING' || status === 'SCHEDULED' ? 0 : 1;
  await client.query(
    `INSERT INTO jobs (id, type, queue, status, priority, tags, error, error_fingerprint, worker_id, payload, created_at, attempt, retry_count,
      dead_reason, finished_at, wait_until, run_at, started_at, attempt_id, lease_token, lease_expires_at, deadline_at, progress, progress_message)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, coalesce($9, CASE WHEN $18 THEN gen_random_uuid() END), $10, $11, $12, $13, $14, $15, $16, $16, $17,
      CASE WHEN $18 THEN gen_random_uuid() END, CASE WHEN $18 THEN gen_random_uuid() END,
      CASE WHEN $18 THEN now() + interval '1 hour' END, CASE WHEN $18 THEN now() + interval '1 hour' END,
      CASE WHEN $18 THEN 40 END, CASE WHEN $18 THEN 'halfway' END)`,
    [
      id,
      type,
      queue,
      status,
      job.priority ?? 0,
      job.tags ?? [],
      job.error ?? null,
      job.fingerprint ?? null,
      workerId,
      JSON.stringify(job.payload ?? null),
      createdAt,
      attempt,
      status === 'DEAD' ? 3 : 0,
      status === 'DEAD' ? 'retries_exhausted' : null,
      ENDED.includes(status) ? createdAt : null,
      WAITING.includes(status) ? new Date(createdAt.getTime() + 3_600_000) : null,
      attempt > 0 ? createdAt : null,
      status === 'RUNNING',
    ],
  );
  if (status === 'RUNNING') await note(client, id);
  if (status === 'PENDING')
    await client.query('INSERT INTO ready_jobs (id, queue, priority) VALUES ($1, $2, $3)', [
      id,
      queue,
      job.priority ?? 0,
    ]);
  await client.query('INSERT INTO job_deltas (queue, type, to_status, n) VALUES ($1, $2, $3, 1)', [
    queue,
    type,
    status,
  ]);
  return id;
}

/** Notes the claim of a job that runs, so that its lease is found. */
async function note(client: pg.Client, jobId: string): Promise<void> {
  await client.query(
    `INSERT INTO claims (worker_id, queue, job_ids, claimed_at) SELECT worker_id, queue, ARRAY[id], started_at FROM jobs WHERE id = $1`,
    [jobId],
  );
}
