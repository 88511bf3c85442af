import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import request from 'supertest';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { sharedRedisUrl } from '../support/redis.js';
import { until } from '../support/until.js';
import { startLiveApp, type LiveApp } from './live-app.js';

interface Message {
  id?: string;
  event: string;
  data: Record<string, unknown>;
}

/** A browser's end of one stream. */
class Browser {
  status = 0;
  headers: Record<string, unknown> = {};
  text = '';
  isEnded = false;
  private readonly call;

  constructor(url: string, lastEventId?: string) {
    this.call = httpRequest(`${url}/events`, {
      headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
    });
    this.call.on('response', (response) => {
      this.status = response.statusCode ?? 0;
      this.headers = response.headers;
      response.setEncoding('utf8').on('data', (chunk: string) => (this.text += chunk));
      response.on('close', () => (this.isEnded = true));
      response.on('error', () => undefined);
    });
    this.call.on('error', () => (this.isEnded = true));
    this.call.end();
  }

  get messages(): Message[] {
    return this.text
      .split('\n\n')
      .filter((block) => block.includes('data:'))
      .map((block) => {
        const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s)));
        return { ...(fields.id && { id: fields.id }), event: fields.event, data: JSON.parse(fields.data) };
      });
  }

  async hears(event: string): Promise<Message> {
    return (await until(() => this.messages.find((message) => message.event === event)))!;
  }

  queues(): unknown[] {
    return this.messages.filter(({ event }) => event === 'queue').map(({ data }) => data.name);
  }

  close(): void {
    this.call.destroy();
  }
}

let database: TestDatabase;
let one: LiveApp;
let two: LiveApp;
const browsers: Browser[] = [];

function open(lastEventId?: string, app = one): Browser {
  const browser = new Browser(app.url, lastEventId);
  browsers.push(browser);
  return browser;
}

beforeAll(async () => {
  database = await createDatabase();
  const options = { databaseUrl: database.url, redisUrl: sharedRedisUrl(), redisPrefix: randomUUID() };
  [one, two] = await Promise.all([startLiveApp(options), startLiveApp(options)]);
});

afterEach(() => {
  for (const browser of browsers.splice(0)) browser.close();
});

afterAll(async () => {
  await Promise.all([one.stop(), two.stop()]);
  await database.drop();
});

test('a stream begins with hello and says how to be read', async () => {
  const browser = open();
  expect(await browser.hears('hello')).toEqual({ id: expect.stringMatching(/^\w+:\d+$/), event: 'hello', data: {} });
  expect(browser.text).toMatch(/^retry: 2000\n\n/);
  expect(browser.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
});

test('what happens on another orchestrator comes within a second, numbered', async () => {
  const browser = open();
  await browser.hears('hello');
  const job = { id: randomUUID(), type: 't', queue: 'q', status: 'PENDING' as const, attempt: 0, worker_id: null };
  await until(() => {
    two.bus.publishJobs([{ ...job, at: new Date() }]);
    return browser.messages.some(({ event }) => event === 'job');
  }, 1000);
  const { id, data } = await browser.hears('job');
  expect(id).toMatch(/^\w+:\d+$/);
  expect(data).toEqual({ ...job, at: expect.any(String) });
});

test('a browser that comes back gets what it missed, each event once', async () => {
  const first = open();
  await first.hears('hello');
  one.bus.publish({ kind: 'queue', name: 'before' });
  const { id } = await first.hears('queue');
  first.close();
  one.bus.publish({ kind: 'queue', name: 'missed' });
  const second = open(id);
  await until(() => second.queues().includes('missed'));
  one.bus.publish({ kind: 'queue', name: 'after' });
  await until(() => second.queues().includes('after'));
  expect(second.queues()).toEqual(['missed', 'after']);
  expect(second.messages.map(({ event }) => event)).not.toContain('reset');
});

test.each(['unknown:5', 'nonsense', '', ':'])(
  'a browser whose last event is "%s" is told to start anew',
  async (id) => {
    expect(await open(id).hears('reset')).toMatchObject({ id: expect.stringMatching(/^\w+:\d+$/) });
  },
);

test('a number of the right epoch that lies ahead, or too far back, is unknown too', async () => {
  const first = open();
  const { id } = await first.hears('hello');
  const [epoch, counter] = id!.split(':');
  await open(`${epoch}:${Number(counter) + 1000}`).hears('reset');
  for (let i = 0; i < 5000; i++) one.bus.publish({ kind: 'queue', name: 'much' });
  await open(id).hears('reset');
});

test('a browser that does not read is dropped, and the others go on', async () => {
  const reader = open();
  await reader.hears('hello');
  const socket = connect(Number(new URL(one.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('GET /events HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((resolve) => socket.once('data', resolve));
  socket.pause();
  const name = 'x'.repeat(50_000);
  const connections = () =>
    new Promise<number>((resolve) => one.app.getHttpServer().getConnections((_: unknown, n: number) => resolve(n)));
  const before = await connections();
  // More than what the sockets take for one who does not read; the other one is given the time to keep up.
  const publishRound = async (round: number) => {
    for (let i = 0; i < 20; i++) one.bus.publish({ kind: 'queue', name });
    one.bus.publish({ kind: 'queue', name: `the end of round ${round}.` });
    await until(() => reader.text.includes(`the end of round ${round}.`));
  };
  let round = 0;
  while ((await connections()) === before && round < 50) await publishRound(round++);
  expect(await connections()).toBe(before - 1);
  await publishRound(round);
  expect(reader.isEnded).toBe(false);
  socket.destroy();
});

test('HEAD is answered without a stream', async () => {
  const answer = await request(one.url).head('/events');
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
});

test('beyond 500 streams the answer is 429, until one ends', async () => {
  const many = Array.from({ length: 500 }, () => open(undefined, two));
  await until(() => many.every(({ status }) => status === 200));
  const answer = await request(two.url).get('/events');
  expect([answer.status, answer.body.error.code, answer.headers['retry-after']]).toEqual([
    429,
    'too_many_requests',
    '30',
  ]);
  many[0]!.close();
  await until(async () => {
    const browser = open(undefined, two);
    await until(() => browser.status > 0);
    return browser.status === 200;
  });
});

test('a server that stops ends its streams at once', async () => {
  const app = await startLiveApp({ databaseUrl: database.url });
  const browser = open(undefined, app);
  await browser.hears('hello');
  await app.stop();
  await until(() => browser.isEnded);
});
