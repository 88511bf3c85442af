import type { Attempt, CreateJob, Job } from '../contract/job.dto.js';
import { allowedActions, DEFAULT_MAX_LOST } from '../contract/job-state.js';
import type { LeasedJob } from '../contract/lease.dto.js';
import { JsonText } from '../platform/json/json-text.js';
import type { AttemptRow, ClaimedFacts, Created, JobRow, Lease, NewJob } from './job-rows.js';
import { metadataOf } from './new-job.js';

// Answers are written by writeJson: dates become ISO instants, JsonText comes out as it is stored.
type Wire<T> = { [K in keyof T]: T[K] | (string extends T[K] ? Date : never) };

/** A stored job as callers see it. */
export function jobView(row: JobRow, attempt: AttemptRow | null): Job {
  const { payload, result, metadata } = row;
  const view: Wire<Job> = {
    ...row,
    progress: attempt?.progress ?? null,
    progress_message: attempt?.progress_message ?? null,
    payload: new JsonText(payload),
    result: result === null ? null : new JsonText(result),
    metadata: new JsonText(metadata),
    allowed_actions: allowedActions(row.status, row.cancel_requested_at !== null),
    current_attempt: attempt && attemptView(attempt),
  };
  return view as Job;
}

/** A job that was created just now, without reading it back. */
export function createdJobView(body: CreateJob, { id, payload, queue }: NewJob, row: Created): Job {
  return jobView(
    {
      id,
      type: body.type,
      queue,
      status: row.status,
      priority: body.priority ?? 0,
      attempt: 0,
      retry_count: 0,
      max_retries: body.max_retries ?? 3,
      lost_count: 0,
      max_lost: body.max_lost ?? DEFAULT_MAX_LOST,
      timeout_seconds: body.timeout_seconds ?? 30,
      run_at: row.run_at,
      worker_id: null,
      error: null,
      error_fingerprint: null,
      dead_reason: null,
      tags: [...new Set(body.tags)].sort(),
      cancel_requested_at: null,
      created_at: row.created_at,
      started_at: null,
      finished_at: null,
      updated_at: row.created_at,
      payload,
      result: null,
      backoff: body.backoff ?? null,
      metadata: metadataOf(body)?.text ?? '{}',
      idempotency_key: body.idempotency_key ?? null,
    },
    null,
  );
}

/** A stored attempt as callers see it. */
export function attemptView(row: AttemptRow): Attempt {
  const view: Wire<Attempt> = row;
  return view as Attempt;
}

/**
 * Writes claimed jobs as their workers get them, as `LeasedJob`s. For jobs that are short, the general writer and the objects that it
 * reads would be a good part of what each costs; and what comes again with the next job is not written again.
 */
export function leaseWriter(leaseSeconds: number) {
  let written: ClaimedFacts | undefined;
  let beforePayload = '';
  let beforeToken = '';
  let afterToken = '';
  return (id: string, leaseToken: string, facts: ClaimedFacts, payload: string): Lease => {
    if (facts !== written) {
      written = facts;
      beforePayload = `","type":${JSON.stringify(facts.type)},"queue":${JSON.stringify(facts.queue)},"payload":`;
      beforeToken = `,"attempt":${facts.attempt},"lease_token":"`;
      afterToken =
        `","timeout_seconds":${facts.timeout_seconds},"lease_seconds":${leaseSeconds},"retry_count":${facts.retry_count}` +
        `,"max_retries":${facts.max_retries},"priority":${facts.priority},"metadata":${facts.metadata}` +
        `,"created_at":"${facts.created_at.toISOString()}"}`;
    }
    const json = `{"id":"${id}${beforePayload}${payload}${beforeToken}${leaseToken}${afterToken}`;
    return { id, attempt: facts.attempt, leaseToken, json: new JsonText(json) };
  };
}

/** The `jobs` of an answer. */
export function leasedJobs(leases: readonly Lease[]): LeasedJob[] {
  return leases.map(({ json }) => json as unknown as LeasedJob);
}
