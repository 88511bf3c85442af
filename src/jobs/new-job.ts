import type { CreateJob } from '../contract/job.dto.js';
import { DEFAULT_MAX_LOST } from '../contract/job-state.js';
import type { FieldError } from '../contract/errors.js';
import { DomainError } from '../platform/errors/domain-error.js';
import { JsonText } from '../platform/json/json-text.js';
import { writeJson } from '../platform/json/write-json.js';
import { random } from '../platform/random.js';
import type { NewJob } from './job-rows.js';

const DEFAULTS = { priority: 0, max_retries: 3, max_lost: DEFAULT_MAX_LOST, timeout_seconds: 30 } as const;

/**
 * Gives a submission its id and puts it into the form of the table.
 * @param path where it stands in the body, as in `jobs[3].`; empty for the body itself
 * @throws DomainError `invalid_request` for what only makes sense together
 */
export function newJob(body: CreateJob, path = ''): NewJob {
  check(body, path);
  return {
    id: random.id(),
    type: body.type,
    queue: body.queue ?? body.type,
    payload: body.payload instanceof JsonText ? body.payload.text : 'null',
    options: options(body),
    idempotencyKey: body.idempotency_key ?? null,
    isForNow: body.run_at == null && !body.delay_seconds,
  };
}

/** Undefined when it was left out, or given as null, which means the same. */
export function metadataOf({ metadata }: CreateJob): JsonText | undefined {
  return metadata instanceof JsonText && metadata.text !== 'null' ? metadata : undefined;
}

function check(body: CreateJob, path: string): void {
  const { run_at, delay_seconds } = body;
  const problems: FieldError[] = [];
  if (run_at != null && delay_seconds != null) {
    problems.push({ field: `${path}run_at`, message: 'excludes delay_seconds: give one of the two' });
  }
  if (metadataOf(body)?.text.startsWith('{') === false) {
    problems.push({ field: `${path}metadata`, message: 'must be an object' });
  }
  const [first] = problems;
  if (!first) return;
  throw new DomainError('invalid_request', `The request is not valid: ${first.field} ${first.message}.`, {
    details: problems,
  });
}

/** What differs from the defaults, as JSON; null for nothing. Spelt alike for alike requests: it is part of the request's hash. */
function options(body: CreateJob): string | null {
  const given: Record<string, unknown> = {};
  for (const key of ['priority', 'max_retries', 'max_lost', 'timeout_seconds'] as const) {
    if (body[key] != null && body[key] !== DEFAULTS[key]) given[key] = body[key];
  }
  if (body.run_at != null) given.run_at = new Date(body.run_at);
  if (body.delay_seconds) given.delay_seconds = body.delay_seconds;
  if (body.backoff != null) given.backoff = body.backoff;
  if (body.tags?.length) given.tags = [...new Set(body.tags)].sort();
  const metadata = metadataOf(body);
  if (metadata) given.metadata = metadata;
  if (body.idempotency_key != null) given.idempotency_key = body.idempotency_key;
  return Object.keys(given).length === 0 ? null : writeJson(given);
}
