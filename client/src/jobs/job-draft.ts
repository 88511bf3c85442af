import type { FieldProblem } from '../api/api-error.js';
import { parseJson, stringifyJson } from '../api/lossless.js';
import type { CreateJob, Job } from '../api/types.js';
import { jsonProblem } from '../ui/json-problem.js';

/** The create form as typed: all text, checked only when it is sent. */
export interface JobDraft {
  type: string;
  queue: string;
  payload: string;
  priority: string;
  max_retries: string;
  timeout_seconds: string;
  backoff_kind: '' | 'exponential' | 'linear' | 'fixed';
  backoff_base: string;
  backoff_cap: string;
  start: 'now' | 'delay' | 'at';
  delay_seconds: string;
  run_at: string;
  tags: string;
  idempotency_key: string;
}

export type DraftErrors = Partial<Record<keyof JobDraft, string>>;

export const emptyDraft: JobDraft = {
  type: '',
  queue: '',
  payload: '{}',
  priority: '0',
  max_retries: '3',
  timeout_seconds: '30',
  backoff_kind: '',
  backoff_base: '1',
  backoff_cap: '3600',
  start: 'now',
  delay_seconds: '60',
  run_at: '',
  tags: '',
  idempotency_key: '',
};

/** A draft like an existing job. Its idempotency key stays behind: it would only answer the first job. */
export function draftFrom(job: Job): JobDraft {
  return {
    ...emptyDraft,
    type: job.type,
    queue: job.queue === job.type ? '' : job.queue,
    payload: stringifyJson(job.payload, 2),
    priority: String(job.priority),
    max_retries: String(job.max_retries),
    timeout_seconds: String(job.timeout_seconds),
    backoff_kind: job.backoff?.kind ?? '',
    backoff_base: String(job.backoff?.base_seconds ?? emptyDraft.backoff_base),
    backoff_cap: String(job.backoff?.cap_seconds ?? emptyDraft.backoff_cap),
    tags: job.tags.join(', '),
  };
}

/** What is wrong with a draft; the server has the last word. */
export function checkDraft(draft: JobDraft): DraftErrors {
  const errors: DraftErrors = {};
  if (draft.type.trim() === '') errors.type = 'A type is needed: it names the handler.';
  const problem = jsonProblem(draft.payload.trim() === '' ? 'null' : draft.payload);
  if (problem) errors.payload = problem;
  for (const key of ['priority', 'max_retries', 'timeout_seconds'] as const) {
    if (!/^-?\d+$/.test(draft[key].trim())) errors[key] = 'A whole number is needed.';
  }
  if (draft.start === 'delay' && !isAmount(draft.delay_seconds))
    errors.delay_seconds = 'A number of seconds is needed.';
  if (draft.start === 'at' && Number.isNaN(Date.parse(draft.run_at))) errors.run_at = 'A date and time is needed.';
  if (draft.backoff_kind !== '') {
    if (!isAmount(draft.backoff_base)) errors.backoff_base = 'A number of seconds is needed.';
    if (!isAmount(draft.backoff_cap)) errors.backoff_cap = 'A number of seconds is needed.';
  }
  return errors;
}

/** The request of a draft that `checkDraft` found right. */
export function toCreateJob(draft: JobDraft): CreateJob {
  const tags = draft.tags.split(',').map((tag) => tag.trim());
  return {
    type: draft.type.trim(),
    ...(draft.queue.trim() ? { queue: draft.queue.trim() } : {}),
    payload: draft.payload.trim() === '' ? null : parseJson(draft.payload),
    priority: Number(draft.priority),
    max_retries: Number(draft.max_retries),
    timeout_seconds: Number(draft.timeout_seconds),
    ...(draft.backoff_kind === '' ? {} : { backoff: backoffOf(draft, draft.backoff_kind) }),
    ...(draft.start === 'delay' ? { delay_seconds: Number(draft.delay_seconds) } : {}),
    ...(draft.start === 'at' ? { run_at: new Date(draft.run_at).toISOString() } : {}),
    ...(draft.tags.trim() ? { tags: tags.filter((tag) => tag !== '') } : {}),
    ...(draft.idempotency_key.trim() ? { idempotency_key: draft.idempotency_key.trim() } : {}),
  };
}

/** The server's field problems under the fields of the form; those that fit none come back as `rest`. */
export function placeProblems(details: readonly FieldProblem[]): { errors: DraftErrors; rest: FieldProblem[] } {
  const errors: DraftErrors = {};
  const rest: FieldProblem[] = [];
  for (const problem of details) {
    const [root, child] = problem.field.split(/[.[]/);
    const key = root === 'backoff' ? `backoff_${child?.replace('_seconds', '') ?? 'kind'}` : (root ?? '');
    if (key in emptyDraft) errors[key as keyof JobDraft] = problem.message;
    else rest.push(problem);
  }
  return { errors, rest };
}

/** The same request for a shell. */
export function curlOf(body: CreateJob): string {
  const json = stringifyJson(body).replaceAll("'", `'\\''`);
  return `curl -X POST ${window.location.origin}/jobs -H 'content-type: application/json' -d '${json}'`;
}

function backoffOf(draft: JobDraft, kind: 'exponential' | 'linear' | 'fixed') {
  return { kind, base_seconds: Number(draft.backoff_base), cap_seconds: Number(draft.backoff_cap) };
}

function isAmount(text: string): boolean {
  return text.trim() !== '' && Number(text) >= 0;
}
