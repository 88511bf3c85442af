import { Field } from './field.js';

/** Every code an error answer may carry: its HTTP status, and the message when the thrower has nothing better to say. */
export const ERROR_CODES = {
  invalid_request: { status: 400, message: 'The request is not valid.' },
  malformed_json: { status: 400, message: 'The body is not valid JSON.' },
  unauthorized: { status: 401, message: 'Credentials are missing or wrong.' },
  forbidden: { status: 403, message: 'This is not allowed.' },
  not_found: { status: 404, message: 'There is nothing here.' },
  job_not_found: { status: 404, message: 'There is no such job.' },
  worker_not_found: { status: 404, message: 'There is no such worker.' },
  queue_not_found: { status: 404, message: 'There is no such queue.' },
  method_not_allowed: { status: 405, message: 'This path does not take that method.' },
  state_conflict: { status: 409, message: 'The current state does not allow this.' },
  lease_lost: { status: 409, message: 'The lease is no longer held.' },
  idempotency_conflict: { status: 409, message: 'The idempotency key was used with another body.' },
  ambiguous_report: { status: 409, message: 'The report does not say which attempt it means.' },
  payload_too_large: { status: 413, message: 'The body or one of its parts is too large.' },
  unsupported_media_type: { status: 415, message: 'The body must be plain application/json.' },
  schema_not_met: { status: 422, message: "The payload does not meet its job type's schema." },
  too_many_requests: { status: 429, message: 'Too many requests.' },
  internal: { status: 500, message: 'Something went wrong on our side.' },
  database_unavailable: { status: 503, message: 'The database is unavailable; try again soon.' },
  durability_unknown: {
    status: 503,
    message: 'It was written, but its copy on the standby was not waited for: repeat it with the same idempotency key.',
  },
  shutting_down: { status: 503, message: 'This server is shutting down; try another or try again soon.' },
  queue_unavailable: { status: 503, message: 'The queue is unavailable; try again soon.' },
} as const satisfies Record<string, { status: number; message: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

export const ERROR_CODE_NAMES = Object.keys(ERROR_CODES) as ErrorCode[];

/** What is wrong with one field; `field` is its path from the root of the body, as in `jobs[3].max_retries`. */
export class FieldError {
  @Field.string() field!: string;
  @Field.string() message!: string;
}

export class ErrorInfo {
  @Field.enum('ErrorCode', ERROR_CODE_NAMES) code!: ErrorCode;
  @Field.string({ description: 'For people; its wording may change, the code does not.' }) message!: string;
  @Field.objects(() => FieldError, { optional: true, maxItems: 20 }) details?: FieldError[];
  @Field.string({ description: 'The same as in the header x-request-id and in the log.' }) request_id!: string;
}

/** The body of every answer that is not a success. */
export class ErrorBody {
  @Field.object(() => ErrorInfo) error!: ErrorInfo;
}
