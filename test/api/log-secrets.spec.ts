import { createLogger } from '../../src/platform/logger.js';
import { fenceOf, TestOrchestrator } from '../support/orchestrator.js';

/** Many requests in each test, on a machine that may be busy. */

const KEY = 'the-key-of-this-installation';
const ADMIN = { authorization: `Bearer ${KEY}` };
/** What jobs are about: nothing of it belongs into a log. */
const SECRET = 'the-secret-of-a-job';

const lines: string[] = [];
let orchestrator: TestOrchestrator;

beforeAll(async () => {
  const logger = createLogger(
    { level: 'trace', format: 'json', role: 'test' },
    { write: (line) => void lines.push(line) },
  );
  orchestrator = await TestOrchestrator.start(
    'redis',
    { apiKeys: [{ name: null, secret: KEY }], redisUrl: undefined },
    logger,
  );
});

afterAll(() => orchestrator.stop());

const call = <T = Record<string, never>>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = ADMIN,
) => orchestrator.call<T>(method, path, body, headers);

it('no key, session, token, payload, result or filter gets into the log, even at its most talkative', async () => {
  const { body } = await call<{ worker_id: string }>('POST', '/workers/register', { hostname: 'h' });
  const id = { worker_id: body.worker_id };
  const submitted = {
    type: 'secret',
    payload: { password: SECRET },
    metadata: { note: SECRET },
    idempotency_key: SECRET,
    tags: [SECRET],
  };
  await call('POST', '/jobs', submitted);
  await call('POST', '/jobs', { ...submitted, payload: SECRET });
  await call('POST', '/jobs', `{"type":"secret","payload":"${SECRET}\\u0000"}`);
  await call('POST', '/jobs', `{"type":"secret","${SECRET}":`);
  await call('POST', '/jobs', { type: SECRET + '!', [SECRET]: 1 });
  await call('GET', `/jobs?q=${SECRET}&tag=${SECRET}&payload.password=${SECRET}&limit=x`);
  await call('GET', `/jobs?payload.password=${SECRET}`);
  await call('GET', '/jobs', undefined, { authorization: `Bearer ${SECRET}` });
  const session = await call('POST', '/session', { api_key: KEY });
  await call('POST', '/session', { api_key: SECRET });
  const cookie = session.headers.get('set-cookie')!.split(';')[0]!;
  await call('GET', '/jobs', undefined, { cookie });
  const next = await call<{ jobs: { id: string; attempt: number; lease_token: string }[] }>('POST', '/jobs/next', {
    ...id,
    wait_seconds: 5,
  });
  const lease = next.body.jobs[0]!;
  const fence = fenceOf(lease as never);
  await call('POST', '/workers/heartbeat', { ...id, running: [{ ...fence, progress: 1, message: SECRET }] });
  await call('POST', `/jobs/${lease.id}/logs`, {
    ...id,
    attempt: 1,
    lease_token: lease.lease_token,
    lines: [{ message: SECRET }],
  });
  // The trigger of the database refuses the row and says what is in it.
  await orchestrator.sql(`ALTER TABLE jobs ADD CONSTRAINT refused CHECK (result IS NULL) NOT VALID`);
  await call('POST', '/jobs/report', { ...id, ...fence, status: 'SUCCESS', result: SECRET });
  await orchestrator.sql('ALTER TABLE jobs DROP CONSTRAINT refused');
  await orchestrator.sql(`ALTER TABLE jobs ADD CONSTRAINT refused CHECK (type <> 'refused') NOT VALID`);
  const refused = await call('POST', '/jobs', { type: 'refused', payload: SECRET });
  expect(refused).toMatchObject({ status: 500, body: { error: { message: 'Something went wrong on our side.' } } });
  await orchestrator.sql('ALTER TABLE jobs DROP CONSTRAINT refused');
  await call('POST', '/jobs/report', { ...id, ...fence, status: 'FAILED', error: { message: SECRET, stack: SECRET } });
  await call('POST', '/jobs/report', { ...id, ...fence, status: 'SUCCESS', result: SECRET });

  const log = lines.join('');
  expect(log).toContain('"path":"/jobs"');
  expect(log).toContain('violates check constraint');
  for (const secret of [KEY, SECRET, lease.lease_token, cookie.split('=')[1]!]) {
    expect(lines.filter((line) => line.includes(secret))).toEqual([]);
  }
});

it('what callers send makes no line of its own', async () => {
  const before = lines.length;
  await call('GET', '/jobs/%0a%7b%22level%22:60,%22msg%22:%22forged%22%7d', undefined, {
    ...ADMIN,
    'user-agent': 'a',
    'x-request-id': '{"forged":1}',
  });
  await call('POST', '/workers/register', { hostname: 'a\n{"level":60,"msg":"forged"}\n\u001b[2J' });
  for (const line of lines.slice(before)) {
    expect(line.trimEnd()).not.toContain('\n');
    expect(line).not.toContain('\u001b');
    expect((JSON.parse(line) as { msg: string }).msg).not.toBe('forged');
  }
});
