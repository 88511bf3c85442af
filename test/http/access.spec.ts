import request from 'supertest';
import { startEdgeApp, type EdgeApp } from './edge-app.js';

const KEY = 'a-key-of-sixteen-or-more';
const NAMED = 'a-second-key-while-rotating';
const VIEWER = 'a-key-that-may-only-read';
const ID = '0190f3c2-7b1e-7000-8000-000000000001';

let edge: EdgeApp;

const bearer = (key: string) => `Bearer ${key}`;

async function signIn(key: string): Promise<string> {
  const answer = await request(edge.server).post('/session').send({ api_key: key }).expect(200);
  return answer.get('set-cookie')![0]!.split(';')[0]!;
}

describe('a server with API_KEY', () => {
  beforeEach(async () => {
    edge = await startEdgeApp({ API_KEY: `${KEY},alice=${NAMED}`, READ_ONLY_API_KEY: VIEWER });
  });
  afterEach(() => edge.app.close());

  test.each(['/jobs', `/jobs/${ID}`, '/metrics', '/openapi.json', '/docs', '/events', '/nowhere', '/JOBS'])(
    'keeps %s closed without a key',
    async (path) => {
      const answer = await request(edge.server).get(path);
      expect(answer.status).toBe(401);
      expect(answer.body.error.code).toBe('unauthorized');
    },
  );

  test('says how to come in', async () => {
    const answer = await request(edge.server).get('/jobs').expect(401);
    expect(answer.get('www-authenticate')).toMatch(/^Bearer/);
  });

  test('lets probes and sign-in through, also with a stale key', async () => {
    await request(edge.server).get('/health/live').set('authorization', bearer('stale-stale-stale-stale')).expect(200);
    const { body } = await request(edge.server).get('/session').expect(200);
    expect(body).toMatchObject({ is_authenticated: false, needs_key: true, role: null });
  });

  test.each([
    [KEY, 'api'],
    [NAMED, 'alice'],
  ])('takes each of its keys and knows whose it is', async (key, actor) => {
    const answer = await request(edge.server).post('/actor').set('authorization', bearer(key)).expect(201);
    expect(answer.body).toEqual({ actor });
  });

  test.each(['Basic abc', 'Bearer', 'Bearer a b', bearer('a-key-of-sixteen-or-mor'), bearer(`alice=${NAMED}`)])(
    'refuses %s',
    async (authorization) => {
      await request(edge.server).get('/jobs').set('authorization', authorization).expect(401);
    },
  );

  test('lets a viewer look and change nothing', async () => {
    await request(edge.server).get('/jobs').set('authorization', bearer(VIEWER)).expect(200);
    const answer = await request(edge.server).delete(`/jobs/${ID}`).set('authorization', bearer(VIEWER)).expect(403);
    expect(answer.body.error.code).toBe('forbidden');
    const { body } = await request(edge.server)
      .get('/session')
      .set('cookie', await signIn(VIEWER));
    expect(body).toMatchObject({ is_authenticated: true, role: 'viewer' });
  });

  test('trades a key for a session that scripts and other sites cannot use', async () => {
    const answer = await request(edge.server).post('/session').send({ api_key: KEY }).expect(200);
    expect(answer.body).toMatchObject({ is_authenticated: true, role: 'admin' });
    const [cookie] = answer.get('set-cookie')!;
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(cookie).not.toMatch(/Secure/);
    const acted = await request(edge.server).post('/actor').set('cookie', cookie!.split(';')[0]!).expect(201);
    expect(acted.body).toEqual({ actor: 'dashboard' });
  });

  test('marks the cookie Secure behind https', async () => {
    const answer = await request(edge.server).post('/session').set('x-forwarded-proto', 'https').send({ api_key: KEY });
    expect(answer.get('set-cookie')![0]).toMatch(/Secure/);
  });

  test('takes no forged, prolonged or foreign session', async () => {
    const cookie = await signIn(KEY);
    const [expiry, signature] = cookie.split('=')[1]!.split('.');
    for (const token of [`${Number(expiry) + 1}.${signature}`, `${expiry}.${'A'.repeat(43)}`, 'x', '', `${expiry}.`]) {
      await request(edge.server).get('/jobs').set('cookie', `orchestrator_session=${token}`).expect(401);
    }
    await request(edge.server).get('/jobs').set('cookie', cookie).expect(200);
  });

  test('takes the cookie away on sign-out', async () => {
    const answer = await request(edge.server)
      .delete('/session')
      .set('cookie', await signIn(KEY))
      .expect(204);
    expect(answer.get('set-cookie')![0]).toMatch(/orchestrator_session=;.*Expires=Thu, 01 Jan 1970/);
  });

  test('does nothing for a page of another site that rides on a session', async () => {
    const cookie = await signIn(KEY);
    const ride = (headers: Record<string, string>) =>
      request(edge.server).post('/actor').set('cookie', cookie).set(headers);
    await ride({ 'sec-fetch-site': 'cross-site' }).expect(403);
    await ride({ 'sec-fetch-site': 'same-site' }).expect(403);
    await ride({ origin: 'https://evil.example' }).expect(403);
    await ride({ origin: 'null' }).expect(403);
    await ride({ 'sec-fetch-site': 'same-origin' }).expect(201);
    await ride({ host: 'jobs.example', origin: 'http://jobs.example' }).expect(201);
  });

  test('slows down guessing, by key and by sign-in, and lets known callers go on', async () => {
    await request(edge.server).get('/jobs').set('authorization', bearer(KEY)).expect(200);
    for (let i = 0; i < 10; i++) {
      await request(edge.server)
        .get('/jobs')
        .set('authorization', bearer(`wrong-wrong-wrong-${i}`))
        .expect(401);
    }
    const refused = await request(edge.server).get('/jobs').set('authorization', bearer(NAMED)).expect(429);
    expect(Number(refused.get('retry-after'))).toBeGreaterThan(0);
    await request(edge.server).get('/jobs').set('authorization', bearer(KEY)).expect(200);
    for (let i = 0; i < 10; i++) {
      await request(edge.server)
        .post('/session')
        .send({ api_key: `wrong-${i}` })
        .expect(401);
    }
    await request(edge.server).post('/session').send({ api_key: KEY }).expect(429);
  });

  test('keeps keys out of its log', async () => {
    await request(edge.server).get('/jobs?q=secret-of-a-payload').set('authorization', bearer(KEY));
    await request(edge.server).get('/jobs').set('authorization', bearer('wrong-wrong-wrong-0'));
    const text = edge.logged.join('');
    expect(text).toContain('"route":"/jobs"');
    for (const secret of [KEY, 'wrong-wrong-wrong', 'secret-of-a-payload']) expect(text).not.toContain(secret);
  });
});

describe('a server without API_KEY', () => {
  beforeAll(async () => {
    edge = await startEdgeApp({ PUBLIC_URL: 'https://jobs.example' });
  });
  afterAll(() => edge.app.close());

  test('lets everyone on this machine do everything, as nobody in particular', async () => {
    const { body } = await request(edge.server).get('/session');
    expect(body).toMatchObject({ is_authenticated: true, needs_key: false, role: 'admin' });
    const acted = await request(edge.server).post('/actor').expect(201);
    expect(acted.body).toEqual({ actor: null });
  });

  test.each(['localhost:8080', '127.0.0.1', '[::1]:8080', 'jobs.example'])('answers to the name %s', async (host) => {
    await request(edge.server).get('/jobs').set('host', host).expect(200);
  });

  test.each(['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:8080', '192.168.0.1', 'a b'])(
    'does not answer to the name %s, which somebody else may have pointed here',
    async (host) => {
      await request(edge.server).get('/jobs').set('host', host).expect(403);
    },
  );

  test('does nothing for a page of another site', async () => {
    await request(edge.server).post('/actor').set('sec-fetch-site', 'cross-site').expect(403);
    await request(edge.server).post('/actor').set('origin', 'https://evil.example').expect(403);
    await request(edge.server).post('/actor').set('origin', 'https://jobs.example').expect(201);
  });
});
