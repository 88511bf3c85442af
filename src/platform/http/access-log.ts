import type { Request, RequestHandler } from 'express';
import { clock } from '../clock.js';
import type { Logger } from '../logger.js';
import { onAnswerEnd } from './answer-end.js';
import { requestIdOf } from './request-id.js';

/** A request that was answered, or whose caller left before. */
export interface AnsweredRequest {
  method: string;
  /** The route's template, as in `/jobs/:id`; a fixed word where none matched, so that callers cannot make up new ones. */
  route: string;
  status: number;
  durationMs: number;
}

/** Called for every request. Must be quick. */
export type AnswerObserver = (answered: AnsweredRequest) => void;

/** Asked every few seconds, or open for hours: nothing to read about in a log. */
const QUIET_ROUTES = new Set(['/health/live', '/health/ready', '/metrics', '/events']);
/** Waits as long as it was asked to. */
const LONG_POLL_ROUTE = '/jobs/next';
const SLOW_MS = 1000;

/**
 * Express middleware: one line for each request that failed or was slow, at debug for the others too. It names path and route, but
 * neither query nor body: they hold what jobs are about.
 */
export function accessLog(logger: Logger, observe: AnswerObserver = () => undefined): RequestHandler {
  return (request, response, next) => {
    const startedAt = clock.monotonicMs();
    onAnswerEnd(response, (isCutOff) => {
      const answered = {
        method: request.method,
        route: routeOf(request),
        status: isCutOff ? 499 : response.statusCode,
        durationMs: clock.monotonicMs() - startedAt,
      };
      observe(answered);
      const level = levelOf(answered);
      if (logger.isLevelEnabled(level)) {
        logger[level]({ ...answered, path: request.path, request_id: requestIdOf(request) }, 'request');
      }
    });
    next();
  };
}

function levelOf({ route, status, durationMs }: AnsweredRequest): 'debug' | 'info' | 'warn' {
  if (QUIET_ROUTES.has(route) || status === 499) return 'debug';
  if (status >= 500) return 'warn';
  return status >= 400 || (durationMs > SLOW_MS && route !== LONG_POLL_ROUTE) ? 'info' : 'debug';
}

function routeOf(request: Request): string {
  const path = (request.route as { path?: unknown } | undefined)?.path;
  if (typeof path === 'string') return path;
  return request.originalUrl.startsWith('/ui/') ? '/ui/*' : 'unmatched';
}
