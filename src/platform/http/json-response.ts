import type { Express, Response } from 'express';
import { writeJson } from '../json/write-json.js';

/**
 * Makes every `response.json` of an app, and so every value that a controller returns, go through `writeJson`. Replacing the one
 * method costs nothing per request and leaves status codes and headers to whoever set them. No ETag: answers about jobs do not repeat.
 */
export function useJsonResponses(app: Express): void {
  app.response.json = function json(this: Response, value: unknown): Response {
    const text = writeJson(value);
    if (!this.hasHeader('content-type')) this.setHeader('content-type', 'application/json; charset=utf-8');
    this.setHeader('content-length', Buffer.byteLength(text));
    // As text, headers and body go out in one write. Node leaves the body out of an answer to HEAD.
    this.end(text);
    return this;
  };
}
