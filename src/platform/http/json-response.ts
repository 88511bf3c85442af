import type { Express, Response } from 'express';
import { writeJson } from '../json/write-json.js';

/**
 * Makes every `response.json` of an app, and so every value that a controller returns, go through `writeJson`. Replacing the one
 * method costs nothing per request and leaves status codes and headers to whoever set them. No ETag: answers about jobs do not repeat.
 */
export function useJsonResponses(app: Express): void {
  app.response.json = function json(this: Response, value: unknown): Response {
    // Once to bytes: as text, it would be encoded a second time when its length is counted, and a third time when it is sent.
    const body = Buffer.from(writeJson(value));
    if (!this.hasHeader('content-type')) this.setHeader('content-type', 'application/json; charset=utf-8');
    this.setHeader('content-length', body.length);
    // Node leaves the body out of an answer to HEAD.
    this.end(body);
    return this;
  };
}
