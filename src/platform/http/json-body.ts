import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { DomainError } from '../errors/domain-error.js';
import { DEFAULT_JSON_LIMITS, type JsonLimits } from '../json/json-limits.js';
import { parseJson } from '../json/parse-json.js';
import { onAnswerEnd } from './answer-end.js';
import { BodyBudget, type BodyShare } from './body-budget.js';

export interface JsonBodyOptions {
  /** Largest body in bytes. Default 1 MB. */
  limitBytes?: number;
  /** Paths, from the root and without a slash at the end, whose bodies may have `bulkLimitBytes`. */
  bulkPaths?: readonly string[];
  /** Default 32 MB. */
  bulkLimitBytes?: number;
  /** How long a body may take to arrive. Default 30,000. */
  readTimeoutMs?: number;
  /** What all large bodies together may have that are being read or worked on. Default four of the largest. */
  heldLimitBytes?: number;
  json?: JsonLimits;
}

const JSON_TYPE = /^application\/(?:json|[\w.-]+\+json)\s*(?:;\s*charset="?utf-8"?\s*)?$/i;

/**
 * Express middleware in the place of a body parser: sets `request.body` to what `parseJson` makes of the body, or to `{}` when a
 * request that may have one has none. Everything but plain JSON is refused.
 */
export function jsonBody(options: JsonBodyOptions = {}): RequestHandler {
  const { limitBytes = 1024 ** 2, bulkLimitBytes = 32 * 1024 ** 2, readTimeoutMs = 30_000 } = options;
  const bulkPaths = new Set(options.bulkPaths);
  const limits = options.json ?? DEFAULT_JSON_LIMITS;
  const budget = new BodyBudget(options.heldLimitBytes ?? 4 * bulkLimitBytes);
  return async (request: Request, response: Response, next: NextFunction) => {
    if (request.method === 'GET' || request.method === 'HEAD') return next();
    const limit = bulkPaths.has(request.path) ? bulkLimitBytes : limitBytes;
    const share = budget.open();
    onAnswerEnd(response, share.release);
    try {
      const body = await receive(request, limit, share, readTimeoutMs);
      request.body = body.length === 0 ? {} : parseJson(body, limits);
    } catch (error) {
      hearOut(request, readTimeoutMs);
      throw error;
    }
    next();
  };
}

/** Lets a caller who still sends go on for a while: a connection cut at once would take our answer with it. */
function hearOut(request: IncomingMessage, timeoutMs: number): void {
  if (request.complete) return;
  const timer = setTimeout(() => request.socket.destroy(), timeoutMs).unref();
  request.once('close', () => clearTimeout(timer));
  request.resume();
}

async function receive(request: IncomingMessage, limit: number, share: BodyShare, timeoutMs: number): Promise<Buffer> {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length === 0 && request.headers['transfer-encoding'] === undefined) return Buffer.alloc(0);
  assertPlainJson(request);
  if (length > limit) throw tooLarge(limit);
  return readBody(request, limit, share, timeoutMs);
}

function assertPlainJson(request: IncomingMessage): void {
  const { 'content-type': type, 'content-encoding': encoding = 'identity' } = request.headers;
  if (type === undefined || !JSON_TYPE.test(type)) {
    throw unsupported('content-type', 'must be application/json, in UTF-8');
  }
  if (encoding.toLowerCase() !== 'identity') {
    throw unsupported('content-encoding', 'must be left out: the body is taken as it is');
  }
}

function unsupported(field: string, message: string): DomainError {
  return new DomainError('unsupported_media_type', `The request is not valid: ${field} ${message}.`, {
    details: [{ field, message }],
  });
}

function readBody(request: IncomingMessage, limit: number, share: BodyShare, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const timer = setTimeout(
      () => finish(() => reject(new DomainError('invalid_request', `The body did not arrive within ${timeoutMs} ms.`))),
      timeoutMs,
    );
    const take = (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) return finish(() => reject(tooLarge(limit)));
      if (!share.grow(chunk.length)) return finish(() => reject(tooMany()));
      chunks.push(chunk);
    };
    const end = () => finish(() => resolve(Buffer.concat(chunks, length)));
    const close = () => finish(() => reject(new DomainError('invalid_request', 'The body ended too early.')));
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      request.off('data', take).off('end', end).off('close', close).off('error', close);
      settle();
    };
    request.on('data', take).on('end', end).on('close', close).on('error', close);
  });
}

function tooLarge(limit: number): DomainError {
  const message = `is larger than ${limit} bytes`;
  return new DomainError('payload_too_large', `The body ${message}.`, { details: [{ field: 'body', message }] });
}

function tooMany(): DomainError {
  return new DomainError('too_many_requests', 'Too many large bodies are being worked on; try again soon.');
}
