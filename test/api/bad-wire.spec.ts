import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { TestOrchestrator } from '../support/orchestrator.js';
import { ApiDocument, samplePath, type Operation } from './api-document.js';
import { Refusals } from './refusals.js';

/** Many requests in each test, on a machine that may be busy. */

let orchestrator: TestOrchestrator;
let api: ApiDocument;
let withBodies: Operation[];

beforeAll(async () => {
  orchestrator = await TestOrchestrator.start('postgres');
  api = await ApiDocument.of(orchestrator);
  withBodies = api.operations.filter(({ bodies }) => bodies.length > 0);
  await orchestrator.submit({ type: 'bystander' });
});

afterAll(() => orchestrator.stop());

const NOT_JSON = [
  '{',
  '{"type":"a"',
  '{"type":"a",}',
  "{'type':'a'}",
  '{type:"a"}',
  '{"type":"a"}}',
  '{"type":"a"} {"type":"a"}',
  '{"type":NaN}',
  '{"type":undefined}',
  '{"a":0x10}',
  '{"a":01}',
  '{"a":.5}',
  '{"a":1.}',
  '{"a":+1}',
  '{"a":"\n"}',
  '{"a":"\\x"}',
  '// nothing\n{}',
  ' ',
  '\u00a0{}',
  '--boundary\r\n',
  'type=a',
  '<job/>',
];
const BROKEN_BYTES = [
  Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.from([0x7b, 0x22, 0xc0, 0x80, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.from('\ufeff{"type":"a"}'),
  Buffer.from('{"type":"a"}', 'utf16le'),
  Buffer.from([0]),
];

describe('a body that is no JSON object in UTF-8', () => {
  it('is refused by every operation that takes one', () =>
    Refusals.changingNothing(orchestrator, async (refusals) => {
      for (const operation of withBodies) {
        const request = { method: operation.method, path: samplePath(operation) };
        for (const body of [...NOT_JSON, ...BROKEN_BYTES]) await refusals.expect({ ...request, body }, /^/);
        for (const body of ['[]', '[{"type":"a"}]', '"a"', '1', 'true', 'null']) {
          await refusals.expect({ ...request, body }, 'body');
        }
      }
    }));

  it('is refused by the operations that take none, too', () =>
    Refusals.changingNothing(orchestrator, async (refusals) => {
      const others = api.operations.filter(({ bodies, method }) => bodies.length === 0 && method !== 'GET');
      for (const operation of others) {
        for (const body of ['{', Buffer.from([0xff])]) {
          await refusals.expect({ method: operation.method, path: samplePath(operation), body }, /^/);
        }
      }
    }));

  it.each([
    ['text/plain', '{"type":"a"}'],
    ['application/x-www-form-urlencoded', 'type=a'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/json; charset=utf-16', '{"type":"a"}'],
    ['application/json; charset=latin1', '{"type":"a"}'],
    ['application/jsonp', '{"type":"a"}'],
    ['application/json, text/plain', '{"type":"a"}'],
    ['*/*', '{"type":"a"}'],
  ])('is not taken as %s', async (type, body) => {
    for (const operation of withBodies) {
      const answer = await orchestrator.call(operation.method, samplePath(operation), body, { 'content-type': type });
      expect(answer).toMatchObject({ status: 415, body: { error: { code: 'unsupported_media_type' } } });
    }
  });

  it('is not unpacked', async () => {
    for (const encoding of ['gzip', 'deflate', 'br', 'identity, gzip']) {
      const answer = await orchestrator.post('/jobs', '{"type":"a"}', { 'content-encoding': encoding });
      expect(answer.status).toBe(415);
    }
  });
});

describe('a request that is not whole or no HTTP', () => {
  const head = 'POST /jobs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';

  it.each([
    ['a body that ends too early', `${head}content-length: 100\r\n\r\n{"type":"truncated"}`],
    ['a chunk that ends too early', `${head}transfer-encoding: chunked\r\n\r\n40\r\n{"type":"truncated"}`],
    ['a chunk of nonsense length', `${head}transfer-encoding: chunked\r\n\r\nZZ\r\n{"type":"truncated"}\r\n0\r\n\r\n`],
    ['two lengths', `${head}content-length: 20\r\ncontent-length: 5\r\n\r\n{"type":"truncated"}`],
    ['a length and chunks', `${head}content-length: 20\r\ntransfer-encoding: chunked\r\n\r\n{"type":"truncated"}`],
    ['a length that is no number', `${head}content-length: 1e1\r\n\r\n{"type":"truncated"}`],
    ['a header that holds NUL', `${head}x: a\0b\r\ncontent-length: 20\r\n\r\n{"type":"truncated"}`],
    ['endless headers', `${head}x: ${'a'.repeat(70_000)}\r\ncontent-length: 20\r\n\r\n{"type":"truncated"}`],
    ['a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ])('%s changes nothing and harms nobody', async (_name, bytes) => {
    const answer = await exchange(bytes);
    expect(answer).not.toMatch(/^HTTP\/1\.1 (?:2|5)/);
    expect(await orchestrator.sql(`SELECT id FROM jobs WHERE type = 'truncated'`)).toEqual([]);
    expect((await orchestrator.submit()).status).toBe('PENDING');
  });

  it.each([
    '/%',
    '/jobs/%',
    '/ui/%',
    '/ui/..%2f..%2fpackage.json',
    '/ui/%2e%2e/%2e%2e/package.json',
    '/ui/%00',
    '//jobs',
    '/jobs/..;/x',
  ])('the path %s leads nowhere', async (path) => {
    const answer = await exchange(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
    expect(answer).not.toMatch(/^HTTP\/1\.1 5/);
    expect(answer).not.toContain('devDependencies');
  });

  it.each(['TRACE', 'CONNECT', 'PROPFIND', 'PUT', 'PATCH'])('the method %s is not taken', async (method) => {
    const answer = await exchange(`${method} /jobs HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
    expect(answer).not.toMatch(/^HTTP\/1\.1 (?:2|5)/);
  });
});

/** Sends bytes, no more, and answers what comes back until the other side closes. */
async function exchange(bytes: string): Promise<string> {
  const { hostname, port } = new URL(orchestrator.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined);
  socket.end(Buffer.from(bytes, 'latin1'));
  return text(socket).catch(() => '');
}

describe('a header', () => {
  it.each(['', 'a'.repeat(256), 'caf\u00e9'])('Idempotency-Key "%s" is refused', async (key) => {
    await Refusals.changingNothing(orchestrator, (refusals) =>
      refusals.expect(
        { method: 'POST', path: '/jobs', body: { type: 'a' }, headers: { 'idempotency-key': key } },
        'Idempotency-Key',
      ),
    );
  });

  it('Idempotency-Key that says other than the body is refused', () =>
    Refusals.changingNothing(orchestrator, (refusals) =>
      refusals.expect(
        {
          method: 'POST',
          path: '/jobs',
          body: { type: 'a', idempotency_key: 'b' },
          headers: { 'idempotency-key': 'c' },
        },
        'Idempotency-Key',
      ),
    ));

  it('x-request-id comes back only when it is harmless', async () => {
    const answer = await orchestrator.call('GET', '/health/live', undefined, { 'x-request-id': 'a"b<c>' });
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('Last-Event-ID of any kind opens a stream', async () => {
    for (const id of ['x', ':', '1:2:3', `${'9'.repeat(400)}:1`, 'a:NaN', 'a:-1']) {
      const controller = new AbortController();
      const response = await fetch(`${orchestrator.url}/events`, {
        headers: { 'last-event-id': id },
        signal: controller.signal,
      });
      expect(response.status).toBe(200);
      controller.abort();
    }
  });
});
