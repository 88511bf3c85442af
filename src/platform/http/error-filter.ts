import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ERROR_CODES, type ErrorBody, type ErrorCode } from '../../contract/errors.js';
import { classifyDatabaseError } from '../database/database-error.js';
import { describeError } from '../errors/describe-error.js';
import { DomainError } from '../errors/domain-error.js';
import type { Logger } from '../logger.js';
import { allowedMethods } from './method-not-allowed.js';
import { requestIdOf } from './request-id.js';

/** What a caller is asked to wait when the thrower of a 429 or 503 names no time. */
const DEFAULT_RETRY_AFTER_SECONDS = 2;

/**
 * The one place where an error becomes an HTTP answer. A `DomainError` answers as its code says; what the framework throws is put into
 * the same shape; a database that is away answers 503; anything else is a 500 that says nothing but its request id, and is logged.
 */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger: Logger;

  constructor(logger: Logger) {
    this.logger = logger;
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const requestId = requestIdOf(request);
    const error = domainErrorOf(thrown, request, response);
    this.log(error, requestId);
    if (response.headersSent) {
      // Cut off, so that half an answer cannot pass for a whole one.
      response.destroy();
      return;
    }
    const { status } = ERROR_CODES[error.code];
    const { code, message, details } = error;
    const body: ErrorBody = { error: { code, message, ...(details && { details }), request_id: requestId } };
    if (status === 429 || status === 503) {
      response.setHeader('retry-after', Math.ceil(error.retryAfterSeconds ?? DEFAULT_RETRY_AFTER_SECONDS));
    }
    if (status === 401) response.setHeader('www-authenticate', 'Bearer realm="job-orchestrator"');
    response.setHeader('x-request-id', requestId);
    // Set by a handler that failed later: this answer is no file and no stream.
    response.removeHeader('content-type');
    response.status(status).json(body);
  }

  private log(error: DomainError, requestId: string): void {
    const { status } = ERROR_CODES[error.code];
    const entry = { request_id: requestId, code: error.code };
    if (status === 500) this.logger.error({ ...entry, err: describeError(error.cause) }, 'request failed');
    else if (status === 503) this.logger.warn({ ...entry, err: describeError(error.cause) }, error.message);
    else if (error.code === 'lease_lost') this.logger.info(entry, error.message);
  }
}

function domainErrorOf(thrown: unknown, request: Request, response: Response): DomainError {
  if (thrown instanceof DomainError) return thrown;
  if (thrown instanceof HttpException) return fromFramework(thrown, request, response);
  const kind = classifyDatabaseError(thrown);
  const code = kind === 'data' || kind === 'other' ? 'internal' : 'database_unavailable';
  return new DomainError(code, ERROR_CODES[code].message, { cause: thrown });
}

/** Nest throws for unknown routes and for what Express refuses, such as a path with broken percent-encoding. */
function fromFramework(exception: HttpException, request: Request, response: Response): DomainError {
  const status = exception.getStatus();
  if (status >= 500) return new DomainError('internal', ERROR_CODES.internal.message, { cause: exception });
  if (status === 404) {
    const methods = allowedMethods(request);
    if (methods.length === 0 || methods.includes(request.method)) {
      return new DomainError('not_found', ERROR_CODES.not_found.message);
    }
    response.setHeader('allow', methods.join(', '));
    return new DomainError('method_not_allowed', `This path takes ${methods.join(', ')}.`);
  }
  if (exception.message.startsWith('Failed to decode param')) {
    const message = 'has broken percent-encoding';
    return new DomainError('invalid_request', `The request is not valid: path ${message}.`, {
      details: [{ field: 'path', message }],
      cause: exception,
    });
  }
  const codes = Object.keys(ERROR_CODES) as ErrorCode[];
  const code = codes.find((candidate) => ERROR_CODES[candidate].status === status) ?? 'invalid_request';
  return new DomainError(code, exception.message, { cause: exception });
}
