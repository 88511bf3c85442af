import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, type AddressInfo } from 'node:net';
import request from 'supertest';
import type { AnsweredRequest } from '../../src/platform/http/access-log.js';
import { buildDashboard, startEdgeApp, type EdgeApp } from './edge-app.js';

const ID = '0190f3c2-7b1e-7000-8000-000000000001';
const NUL = '%00';

let edge: EdgeApp;
let folder: string;
const answered: AnsweredRequest[] = [];

beforeAll(async () => {
  folder = await buildDashboard();
  edge = await startEdgeApp({}, { dashboardFolder: folder, observe: (answer) => void answered.push(answer) });
});
afterAll(async () => {
  await edge.app.close();
  await rm(folder, { recursive: true });
});

/** Sends bytes that no client would, and reads the answer to its end. */
async function sendRaw(text: string): Promise<string> {
  const { port } = edge.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (data) => (answer += data.toString()));
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

describe('the dashboard', () => {
  test('is where the root leads', async () => {
    const answer = await request(edge.server).get('/').expect(302);
    expect(answer.get('location')).toBe('/ui/');
  });

  test.each(['/ui/', '/ui/jobs/1?tab=logs', '/ui/index.html'])(
    'answers its page for %s, never to be kept',
    async (path) => {
      const answer = await request(edge.server).get(path).expect(200);
      expect(answer.text).toContain('<title>Dashboard</title>');
      expect(answer.get('cache-control')).toBe('no-cache');
    },
  );

  test('lets browsers keep files whose names change with their content', async () => {
    const answer = await request(edge.server).get('/ui/assets/main-abc123.js').expect(200);
    expect(answer.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.get('content-type')).toMatch(/javascript/);
  });

  test('has no page in the place of a file of an earlier build', async () => {
    const answer = await request(edge.server).get('/ui/assets/main-gone.js').expect(404);
    expect(answer.body.error.code).toBe('not_found');
  });

  test('runs no script that is not a file of this server, and in no frame', async () => {
    const policy = (await request(edge.server).get('/ui/')).get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('upgrade-insecure-requests');
  });

  test.each(['/ui/%2e%2e/package.json', '/ui/..%2fpackage.json', `/ui/${NUL}`, '/ui/%zz'])(
    'gives away nothing for %s',
    async (path) => {
      const answer = await sendRaw(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
      expect(answer).not.toContain('"dependencies"');
      expect(answer).toMatch(/^HTTP\/1.1 (200|4\d\d) /);
    },
  );

  test('that was not built says what to do', async () => {
    const bare = await startEdgeApp();
    for (const path of ['/ui', '/ui/', '/ui/jobs']) {
      const answer = await request(bare.server).get(path).expect(503);
      expect(answer.text).toContain('npm run build');
    }
    await bare.app.close();
  });
});

describe('the API', () => {
  test('is data to a browser and says nothing of what serves it', async () => {
    const answer = await request(edge.server).get('/jobs').expect(200);
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cache-control': 'no-store',
    });
    expect(answer.headers).not.toHaveProperty('x-powered-by');
    expect(answer.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  });

  test('is measured by route, whatever the ids', async () => {
    answered.length = 0;
    await request(edge.server).get(`/jobs/${ID}`);
    await request(edge.server).get('/nowhere/at-all');
    expect(answered).toEqual([
      expect.objectContaining({ method: 'GET', route: '/jobs/:id', status: 200 }),
      expect.objectContaining({ method: 'GET', route: 'unmatched', status: 404 }),
    ]);
  });

  test.each([
    ['put', '/jobs', 'GET, HEAD, POST'],
    ['patch', `/jobs/${ID}`, 'DELETE, GET, HEAD'],
    ['delete', '/session/', 'DELETE, GET, HEAD, POST'],
    ['post', '/openapi.json', 'GET, HEAD'],
  ] as const)('answers 405 with what is allowed: %s %s', async (method, path, allow) => {
    const answer = await request(edge.server)[method](path);
    if (path === '/session/') return expect(answer.status).toBe(204);
    expect(answer.status).toBe(405);
    expect(answer.get('allow')).toBe(allow);
    expect(answer.body.error.code).toBe('method_not_allowed');
  });

  test('answers HEAD as GET without the body, and OPTIONS with what is allowed', async () => {
    const head = await request(edge.server).head('/jobs').expect(200);
    expect(head.text).toBeUndefined();
    const options = await request(edge.server).options('/jobs');
    expect(options.status).toBeLessThan(500);
    expect(options.get('allow')).toContain('POST');
  });

  test.each([
    ['NUL in a path', `/jobs/${NUL}`],
    ['NUL in a query', `/jobs?type=${NUL}`],
    ['broken percent-encoding in a path', '/jobs/%E0%A4%A'],
    ['an overlong UTF-8 form in a path', '/jobs/%c0%af'],
    ['an unknown field in a query', '/jobs?__proto__[x]=1'],
    ['a number beyond doubles in a query', '/jobs?limit=1e400'],
  ])('answers 400 to %s', async (_what, path) => {
    const answer = await sendRaw(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('"code":"invalid_request"');
  });

  test.each([
    ['NUL in a header', 'GET /jobs HTTP/1.1\r\nhost: localhost\r\nx-a: a\0b\r\n\r\n', 400],
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['headers of 20 kB', `GET /jobs HTTP/1.1\r\nhost: localhost\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['a URL of 20 kB', `GET /jobs?type=${'a'.repeat(20_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`, 431],
    [
      'two lengths',
      'POST /jobs HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}',
      400,
    ],
  ])('refuses %s and goes on', async (_what, text, status) => {
    expect(await sendRaw(text)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    await request(edge.server).get('/jobs').expect(200);
  });

  test.each([
    ['text/plain', '{}', 415],
    ['application/x-www-form-urlencoded', 'type=a', 415],
    ['application/json; charset=latin1', '{}', 415],
    ['application/json', '{"type":"a","priority":1e400}', 400],
    ['application/json', '{"type":"a","priority":1e4', 400],
    ['application/json', '[]', 400],
    ['application/json', '"a"', 400],
  ])('refuses a body as %s: %s', async (type, body, status) => {
    const answer = await request(edge.server).post('/jobs').set('content-type', type).send(body);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject({ code: expect.any(String), request_id: answer.get('x-request-id') });
  });
});

describe('/docs', () => {
  test('shows the API with nothing from elsewhere and no script in the page', async () => {
    const { text, headers } = await request(edge.server).get('/docs').expect(200);
    expect(text).not.toMatch(/(src|href)="https?:/);
    expect(text).not.toMatch(/<script(?![^>]*src=)[^>]*>/);
    expect(headers['content-security-policy']).toContain("script-src 'self';");
    for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js', 'swagger-ui-init.js']) {
      await request(edge.server).get(`/docs/${file}`).expect(200);
    }
  });

  test('is made from /openapi.json', async () => {
    const { body } = await request(edge.server).get('/openapi.json').expect(200);
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toContain('/session');
    expect(body.paths['/session'].post.responses.default.content['application/json'].schema).toEqual({
      $ref: '#/components/schemas/ErrorBody',
    });
  });
});
