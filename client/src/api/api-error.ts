/** One field that the server did not accept. */
export interface FieldProblem {
  field: string;
  message: string;
}

/**
 * A call that did not succeed. `status` is 0 when no answer came: code `timeout` after the client's time limit, `unreachable` when the
 * connection failed. Otherwise code, message and details are the server's.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: FieldProblem[] = [],
    readonly requestId?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** True when the server never answered, so that trying again may help. */
  get isOffline(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }

  /** Reads the error body `{ error: { code, message, details, request_id } }`, or makes do with the status. */
  static fromResponse(response: Response, body: unknown): ApiError {
    const error = isRecord(body) && isRecord(body.error) ? body.error : {};
    return new ApiError(
      response.status,
      typeof error.code === 'string' ? error.code : `http_${response.status}`,
      typeof error.message === 'string' ? error.message : `The server answered ${response.status}.`,
      Array.isArray(error.details) ? error.details.filter(isFieldProblem) : [],
      typeof error.request_id === 'string' ? error.request_id : (response.headers.get('x-request-id') ?? undefined),
    );
  }

  /** Wraps whatever `fetch` threw. */
  static fromFailure(cause: unknown): ApiError {
    const timedOut = cause instanceof DOMException && cause.name === 'TimeoutError';
    return timedOut
      ? new ApiError(0, 'timeout', 'The server did not answer in time.', [], undefined, { cause })
      : new ApiError(0, 'unreachable', 'The server cannot be reached.', [], undefined, { cause });
  }
}

/** A sentence for a person, from anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'Something went wrong.';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isFieldProblem(value: unknown): value is FieldProblem {
  return isRecord(value) && typeof value.field === 'string' && typeof value.message === 'string';
}
