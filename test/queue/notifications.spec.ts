import { Client } from 'pg';
import { pino } from 'pino';
import { Notifications } from '../../src/platform/database/notifications.js';
import { ReadyQueue } from '../../src/queue/ready-queue.js';
import { startPostgres } from '../support/postgres.js';
import { until } from '../support/until.js';

type Heard = readonly string[] | '*';

let postgres: Awaited<ReturnType<typeof startPostgres>>;
let admin: Client;
let publisher: Notifications;
let receiver: Notifications;
let heard: Heard[];
let heardByPublisher: Heard[];

beforeAll(async () => {
  postgres = await startPostgres();
  admin = new Client({ connectionString: postgres.url });
  await admin.connect();
});

beforeEach(async () => {
  publisher = new Notifications(postgres.url, pino({ level: 'silent' }));
  receiver = new Notifications(postgres.url, pino({ level: 'silent' }));
  heard = [];
  heardByPublisher = [];
  publisher.subscribe('ready', (payloads) => heardByPublisher.push(payloads));
  receiver.subscribe('ready', (payloads) => heard.push(payloads));
  await Promise.all([publisher.start(), receiver.start()]);
  heard.length = heardByPublisher.length = 0;
});

afterEach(async () => {
  await Promise.all([publisher.stop(), receiver.stop()]);
});

afterAll(async () => {
  await admin.end();
  await postgres.stop();
});

async function dropConnections(): Promise<void> {
  await admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'notifications' AND datname = current_database()`,
  );
}

test('another process hears what was published, the publisher itself does not', async () => {
  publisher.publish('ready', 'a');
  await until(() => heard.length > 0);
  receiver.publish('ready', 'b');
  await until(() => heardByPublisher.length > 0);
  expect(heard).toEqual([['a']]);
  expect(heardByPublisher).toEqual([['b']]);
});

test('what others send on the channel reads as "anything may have changed"', async () => {
  for (const text of ['', 'no json', '5', '[5]', 'null'])
    await admin.query(`SELECT pg_notify('public.ready', $1)`, [text]);
  await until(() => heard.length === 5);
  expect(new Set(heard)).toEqual(new Set(['*']));
});

test('the first payload goes out at once, those of the next moment together and each once', async () => {
  for (const queue of ['a', 'b', 'c', 'b', 'c']) publisher.publish('ready', queue);
  await until(() => heard.flat().includes('c'));
  expect(heard).toEqual([['a'], ['b', 'c']]);
});

test('names that do not fit one notification are split, and too many become a star', async () => {
  publisher.publish('ready', 'first');
  const long = Array.from({ length: 30 }, (_, i) => `${i}-${'é'.repeat(400)}`);
  long.forEach((queue) => publisher.publish('ready', queue));
  await until(() => heard.flat().length === 31);
  expect(heard.slice(1).flat()).toEqual(long);
  expect(heard.length).toBeGreaterThan(3);

  heard.length = 0;
  publisher.publish('ready', 'first');
  for (let i = 0; i < 2000; i++) publisher.publish('ready', `queue-${i}`);
  await until(() => heard.includes('*'));
});

test('a channel subscribed to later is heard too, and its name may be anything', async () => {
  const late: Heard[] = [];
  receiver.subscribe('the "late" one', (payloads) => late.push(payloads));
  await until(() => {
    publisher.publish('the "late" one', 'x');
    return late.length > 0;
  });
  expect(late[0]).toEqual(['x']);
});

test('a terminated connection comes back: listeners hear that they may have missed something, then go on', async () => {
  await dropConnections();
  publisher.publish('ready', 'published while away');
  await until(() => heard.includes('*') && heardByPublisher.includes('*'));
  await until(() => {
    publisher.publish('ready', 'afterwards');
    return heard.flat().includes('afterwards');
  });
});

test('what is published while the connection is away is sent once it is back', async () => {
  const offline = new Notifications(postgres.url, pino({ level: 'silent' }));
  offline.publish('ready', 'early');
  await offline.start();
  await until(() => heard.flat().includes('early'));
  await offline.stop();
});

test('without Redis a push wakes the polls parked here and those of other orchestrators', async () => {
  const [here, there] = [publisher, receiver].map(
    (notifications) => new ReadyQueue(null, notifications, { redisPrefix: 'test' }, pino({ level: 'silent' })),
  );
  const woken: string[] = [];
  here!.onReady((queues) => woken.push(`here: ${String(queues)}`));
  there!.onReady((queues) => woken.push(`there: ${String(queues)}`));
  const job = { id: '01890000-0000-7000-8000-000000000000', queue: 'a', priority: 0 };
  here!.push([job, job]);
  await until(() => woken.length === 2);
  expect(woken).toEqual(['here: a', 'there: a']);
  expect(await here!.take('*', 1)).toBeNull();
});
