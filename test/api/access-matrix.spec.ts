import { writeJson } from '../../src/platform/json/write-json.js';
import { TestOrchestrator, type Answer } from '../support/orchestrator.js';
import { ApiDocument, samplePath, type Operation } from './api-document.js';

/** Many requests in each test, on a machine that may be busy. */

const KEY = 'the-key-that-may-do-everything';
const VIEWER_KEY = 'the-key-that-may-only-look-on';
const ADMIN = { authorization: `Bearer ${KEY}` };
const VIEWER = { authorization: `Bearer ${VIEWER_KEY}` };

let orchestrator: TestOrchestrator;
let api: ApiDocument;

beforeAll(async () => {
  orchestrator = await TestOrchestrator.start('postgres', {
    apiKeys: [{ name: 'admin', secret: KEY }],
    readOnlyApiKeys: [{ name: null, secret: VIEWER_KEY }],
  });
  api = await ApiDocument.of(orchestrator, ADMIN);
  // After too many wrong keys an address may only use those that it has shown before.
  await orchestrator.call('GET', '/stats', undefined, VIEWER);
});

afterAll(() => orchestrator.stop());

function send(
  operation: Operation,
  headers: Record<string, string>,
  path = samplePath(operation) + api.requiredQuery(operation),
): Promise<Answer<unknown>> {
  const [body] = operation.bodies;
  return orchestrator.call(operation.method, path, body && writeJson(api.sample(body)), headers);
}

const isStream = ({ path }: Operation) => path === '/events' || path === '/metrics';

describe('with API_KEY', () => {
  it('the only operations open without a key are the probes and signing in', () => {
    const open = api.operations.filter(({ needsKey }) => !needsKey).map(({ method, path }) => `${method} ${path}`);
    expect(open.sort()).toEqual([
      'DELETE /session',
      'GET /health/live',
      'GET /health/ready',
      'GET /session',
      'POST /session',
    ]);
  });

  it.each<[string, Record<string, string>]>([
    ['no key', {}],
    ['an empty key', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: `Basic ${Buffer.from(`a:${KEY}`).toString('base64')}` }],
    ['half the key', { authorization: `Bearer ${KEY.slice(0, -1)}` }],
    ['a key that says more', { authorization: `Bearer ${KEY}x` }],
    ['a made-up session', { cookie: `orchestrator_session=9999999999.${'A'.repeat(43)}` }],
    ['the key as a cookie', { cookie: `orchestrator_session=${KEY}` }],
    [
      'a header of some proxy',
      { 'x-forwarded-for': '127.0.0.1', 'x-original-url': '/health/live', 'x-http-method-override': 'GET' },
    ],
  ])('every other operation is closed to %s', async (_name, headers) => {
    for (const operation of api.operations.filter(({ needsKey }) => needsKey)) {
      const { status, body } = await send(operation, headers);
      // 429: too many wrong keys came from here.
      expect([operation.method, operation.path, status === 429 ? 401 : status]).toEqual([
        operation.method,
        operation.path,
        401,
      ]);
      expect(Object.keys(body as object)).toEqual(['error']);
    }
  });

  it('a spelling of the path that only the router understands opens nothing', async () => {
    const paths = [
      '/JOBS',
      '//jobs',
      '/jobs/',
      '/./jobs',
      '/ui/../jobs',
      '/ui/..%2fjobs',
      '/session/../jobs',
      '/jobs?/ui/',
      '/jobs;/ui/',
      '/health/live/../../jobs',
      '/docs',
      '/openapi.json',
      '/docs/swagger-ui-init.js',
    ];
    for (const path of paths) {
      const response = await fetch(orchestrator.url + path, { headers: { accept: 'application/json' } });
      const text = await response.text();
      expect([path, text.includes('"jobs"') || text.includes('openapi')]).toEqual([path, false]);
    }
  });

  it('the key that may only look on reads everything and changes nothing', async () => {
    for (const operation of api.operations.filter((each) => each.needsKey && !isStream(each))) {
      const { status } = await send(operation, VIEWER);
      if (operation.method === 'GET')
        expect([operation.path, [200, 404].includes(status)]).toEqual([operation.path, true]);
      else expect([operation.method, operation.path, status]).toEqual([operation.method, operation.path, 403]);
    }
  });

  it('what a viewer reads holds no lease token and no key', async () => {
    const { body } = await orchestrator.call<{ worker_id: string }>(
      'POST',
      '/workers/register',
      { hostname: 'h' },
      ADMIN,
    );
    const { body: job } = await orchestrator.call<{ id: string }>('POST', '/jobs', { type: 'secret' }, ADMIN);
    const { worker_id } = body;
    const next = await orchestrator.call<{ jobs: { lease_token: string }[] }>(
      'POST',
      '/jobs/next',
      { worker_id },
      ADMIN,
    );
    const token = next.body.jobs[0]!.lease_token;
    for (const operation of api.operations.filter((each) => each.method === 'GET' && each.path !== '/events')) {
      const id = operation.path.startsWith('/workers') ? worker_id : job.id;
      const response = await fetch(orchestrator.url + samplePath(operation, { id }), { headers: VIEWER });
      const text = await response.text();
      expect([operation.path, text.includes(token), text.includes(KEY)]).toEqual([operation.path, false, false]);
    }
  });

  it('a page of another site can use neither a session nor the sign-in', async () => {
    const signedIn = await orchestrator.post('/session', { api_key: KEY });
    const cookie = signedIn.headers.get('set-cookie')!;
    expect(cookie).toMatch(/; Path=\/; .*HttpOnly; SameSite=Strict/);
    const session = cookie.split(';')[0]!;
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: orchestrator.url },
      { origin: orchestrator.url.replace(/:\d+$/, ':1') },
    ];
    for (const headers of foreign) {
      for (const operation of api.operations.filter(({ method }) => method !== 'GET')) {
        const { status } = await send(operation, { cookie: session, ...headers });
        expect([operation.method, operation.path, headers, status]).toEqual([
          operation.method,
          operation.path,
          headers,
          403,
        ]);
      }
    }
    const own = await orchestrator.post('/jobs', { type: 'own' }, { cookie: session, origin: orchestrator.url });
    expect(own.status).toBe(201);
  });
});
