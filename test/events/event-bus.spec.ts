import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { BusEvent, JobChange } from '../../src/events/event-bus.js';
import { EventBus } from '../../src/events/event-bus.js';
import { EventRelay } from '../../src/events/event-relay.js';
import { Notifications } from '../../src/platform/database/notifications.js';
import { RedisConnections } from '../../src/platform/redis/redis-connections.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { startRedis, type RedisServer } from '../support/redis.js';
import { until } from '../support/until.js';

const logger = pino({ level: 'silent' });

/** The bus of one orchestrator, and what was heard on it. */
class Orchestrator {
  readonly heard: BusEvent[] = [];
  readonly bus: EventBus;
  private readonly redis: RedisConnections | null;
  private readonly notifications: Notifications;

  constructor(databaseUrl: string, redisUrl: string | undefined, redisPrefix: string) {
    this.redis = redisUrl === undefined ? null : new RedisConnections(redisUrl, logger);
    this.notifications = new Notifications(databaseUrl, logger);
    this.bus = new EventBus(new EventRelay(this.redis, this.notifications, { redisPrefix }, logger), logger);
    this.bus.subscribe((event) => this.heard.push(event));
  }

  async start(): Promise<void> {
    await this.notifications.start();
    this.bus.start();
  }

  count(kind: BusEvent['kind']): number {
    return this.heard.filter((event) => event.kind === kind).length;
  }

  heardOf(queue: string): number {
    return this.heard.filter((event) => event.kind === 'queue' && event.name === queue).length;
  }

  async stop(): Promise<void> {
    await this.bus.stop();
    await this.notifications.stop();
    this.redis?.close();
  }
}

function change(id: string, status: JobChange['status'] = 'PENDING'): JobChange {
  return { id, type: 'email', queue: 'mail', status, attempt: 0, worker_id: null, at: new Date() };
}

let database: TestDatabase;
let redis: RedisServer;
let orchestrators: Orchestrator[] = [];

beforeAll(async () => {
  [database, redis] = await Promise.all([createDatabase(), startRedis()]);
});

afterEach(async () => {
  await Promise.all(orchestrators.splice(0).map((orchestrator) => orchestrator.stop()));
});

afterAll(() => Promise.all([database.drop(), redis.stop()]));

/** Two that hear each other. */
async function startTwo(redisUrl: string | undefined): Promise<[Orchestrator, Orchestrator]> {
  const prefix = randomUUID();
  const [one, two] = [
    new Orchestrator(database.url, redisUrl, prefix),
    new Orchestrator(database.url, redisUrl, prefix),
  ];
  orchestrators = [one, two];
  await Promise.all([one.start(), two.start()]);
  await until(() => {
    one.bus.publish({ kind: 'queue', name: 'first' });
    two.bus.publish({ kind: 'queue', name: 'second' });
    return two.heardOf('first') > 0 && one.heardOf('second') > 0;
  });
  one.bus.publish({ kind: 'queue', name: 'last' });
  two.bus.publish({ kind: 'queue', name: 'last' });
  await until(() => two.heardOf('last') === 2 && one.heardOf('last') === 2);
  one.heard.length = two.heard.length = 0;
  return [one, two];
}

describe.each(['redis', 'postgres'])('two orchestrators with %s in between', (carrier) => {
  const url = () => (carrier === 'redis' ? redis.url : undefined);

  test('hear at once of each other’s queues and workers, and of their own', async () => {
    const [one, two] = await startTwo(url());
    one.bus.publish({ kind: 'queue', name: 'mail' });
    one.bus.publish({ kind: 'worker', id: randomUUID(), status: 'ONLINE', state: 'active' });
    expect(one.heard.map(({ kind }) => kind)).toEqual(['queue', 'worker']);
    await until(() => two.count('worker') > 0);
    expect(two.heard.map(({ kind }) => kind)).toEqual(['queue', 'worker']);
  });

  test('make no job events until a browser listens to one of them', async () => {
    const [one, two] = await startTwo(url());
    one.bus.publishJobs([change('unheard')]);
    one.bus.publish({ kind: 'log', job_id: randomUUID(), attempt: 1 });
    two.bus.setAudience(true);
    await until(() => {
      one.bus.publishJobs([change('heard')]);
      return two.heard.some((event) => event.kind === 'job' && event.id === 'heard');
    });
    expect(one.heard.concat(two.heard)).not.toContainEqual(expect.objectContaining({ id: 'unheard' }));
    expect(two.count('log')).toBe(0);
  });

  test('tell the last word about each job once, with its instant in UTC', async () => {
    const [one, two] = await startTwo(url());
    one.bus.setAudience(true);
    one.bus.publishJobs([change('a'), change('b')]);
    one.bus.publishJobs([change('a', 'RUNNING')]);
    await until(() => two.count('job') > 0);
    expect(two.heard).toEqual(one.heard);
    expect(two.heard).toMatchObject([
      { kind: 'job', id: 'a', status: 'RUNNING', at: expect.stringMatching(/^\d{4}-.*Z$/) },
      { kind: 'job', id: 'b', status: 'PENDING' },
    ]);
  });

  test('tell no more of a job than the contract names, whatever else the row holds', async () => {
    const [one, two] = await startTwo(url());
    one.bus.setAudience(true);
    const row = { ...change('a', 'SUCCESS'), lease_token: randomUUID(), priority: 0, was: 'RUNNING' };
    one.bus.publishJobs([row]);
    await until(() => two.count('job') > 0);
    const named = ['at', 'attempt', 'id', 'kind', 'queue', 'status', 'type', 'worker_id'];
    expect(two.heard.map((event) => Object.keys(event).sort())).toEqual([named]);
  });

  test('tell the number of changes only, when too many jobs changed at once', async () => {
    const [one, two] = await startTwo(url());
    one.bus.setAudience(true);
    one.bus.publishJobs([change('a')]);
    one.bus.publishJobs(Array.from({ length: 5000 }, (_, index) => change(`${index}`)));
    one.bus.publishJobs([change('b')]);
    await until(() => two.heard.length > 0);
    expect(one.heard).toEqual([{ kind: 'jobs', count: 5002 }]);
    expect(two.heard).toEqual([{ kind: 'jobs', count: 5002 }]);
  });

  test('name as many jobs as the carrier takes', async () => {
    const [one, two] = await startTwo(url());
    one.bus.setAudience(true);
    one.bus.publishJobs(Array.from({ length: 150 }, (_, index) => change(`${index}`)));
    await until(() => two.heard.length > 0);
    expect(one.count('job')).toBe(150);
    if (carrier === 'redis') expect(two.count('job')).toBe(150);
    else expect(two.heard).toEqual([{ kind: 'jobs', count: 150 }]);
  });
});

test('a browser that came before an orchestrator is known to it', async () => {
  const prefix = randomUUID();
  const one = new Orchestrator(database.url, redis.url, prefix);
  const two = new Orchestrator(database.url, redis.url, prefix);
  orchestrators = [one, two];
  await one.start();
  one.bus.setAudience(true);
  await two.start();
  await until(() => {
    two.bus.publishJobs([change('a')]);
    return one.count('job') > 0;
  }, 3000);
});

test('a listener that throws does no harm to the publisher nor to other listeners', async () => {
  const [one] = await startTwo(undefined);
  const heard: BusEvent[] = [];
  one.bus.subscribe(() => {
    throw new Error('a defect');
  });
  const unsubscribe = one.bus.subscribe((event) => heard.push(event));
  one.bus.publish({ kind: 'queue', name: 'mail' });
  unsubscribe();
  one.bus.publish({ kind: 'queue', name: 'mail' });
  expect(heard).toEqual([{ kind: 'queue', name: 'mail' }]);
});

test('while Redis is away PostgreSQL carries events; once it is back, all hear that they may have missed some', async () => {
  const [one, two] = await startTwo(redis.url);
  await redis.kill();
  await until(() => {
    one.bus.publish({ kind: 'queue', name: 'without redis' });
    return two.heardOf('without redis') > 0;
  });
  expect(two.count('reset')).toBe(0);
  await redis.start();
  await until(() => two.count('reset') > 0);
  await until(() => {
    one.bus.publish({ kind: 'queue', name: 'with redis' });
    return two.heardOf('with redis') > 0;
  });
});
