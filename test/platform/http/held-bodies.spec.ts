import { once } from 'node:events';
import { connect, type AddressInfo, type Server } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import express, { type ErrorRequestHandler, type Response } from 'express';
import { DomainError } from '../../../src/platform/errors/domain-error.js';
import { jsonBody } from '../../../src/platform/http/json-body.js';
import { until } from '../../support/until.js';

const LARGE = JSON.stringify({ payload: 'a'.repeat(200 * 1024) });
const HEARTBEAT = JSON.stringify({ worker_id: 'a' });

let server: Server;
let url: string;
/** Requests that were let through and wait for their answer. */
let waiting: Response[];

beforeEach(async () => {
  waiting = [];
  const app = express();
  app.use(jsonBody({ heldLimitBytes: 300 * 1024 }));
  app.post('/jobs', (_request, response) => void waiting.push(response));
  const answerError: ErrorRequestHandler = (error, _request, response, next) => {
    if (error instanceof DomainError && error.code === 'too_many_requests') response.status(429).end();
    else next(error);
  };
  app.use(answerError);
  server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jobs`;
});

afterEach(() => {
  (server as unknown as { closeAllConnections(): void }).closeAllConnections();
  server.close();
});

async function post(body: string, signal?: AbortSignal): Promise<number> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal });
  return response.status;
}

describe('large bodies', () => {
  it('are refused while too many of them are worked on, small ones never', async () => {
    const answers = [post(LARGE), post(LARGE)];
    await until(() => waiting.length === 2);
    expect(await post(LARGE)).toBe(429);
    answers.push(post(HEARTBEAT));
    await until(() => waiting.length === 3);
    waiting.forEach((response) => response.end());
    expect(await Promise.all(answers)).toEqual([200, 200, 200]);
  });

  it('make room for others when they are answered, or when their callers leave', async () => {
    const leaving = new AbortController();
    const first = post(LARGE);
    const second = post(LARGE, leaving.signal).catch(() => 'left');
    await until(() => waiting.length === 2);
    expect(await post(LARGE)).toBe(429);
    leaving.abort();
    expect(await second).toBe('left');
    // The server hears of it a moment later.
    await until(async () => {
      const third = post(LARGE);
      return Promise.race([third.then(() => false), until(() => waiting.length === 3)]);
    });
    waiting.forEach((response) => response.end());
    expect(await first).toBe(200);
  });
});

describe('a body that was read', () => {
  it('is not held by the request that waits for its answer', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const body = JSON.stringify({ payload: 'a'.repeat(60 * 1024) });
    const requestText = `POST /jobs HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const { port } = server.address() as AddressInfo;
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    // By socket: an HTTP client would keep the bytes itself until the answer comes.
    for (let i = 0; i < 100; i++) connect(port, '127.0.0.1').end(requestText);
    await until(() => waiting.length === 100);
    collectGarbage();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan((100 * body.length) / 2);
  });
});
