import { until } from '../support/until.js';
import { Orchestrators, push } from './orchestrators.js';
import { ReadySourceInMemory } from './ready-source-in-memory.js';

const orchestrators = new Orchestrators();
const startOrchestrator = (source?: ReadySourceInMemory) => orchestrators.start(source);

beforeAll(() => orchestrators.open());
afterEach(() => orchestrators.stop());
afterAll(() => orchestrators.close());

describe('order', () => {
  test('a higher priority comes first, then what was created first', async () => {
    const orchestrator = await startOrchestrator();
    const [first, second] = orchestrator.source.addMany('a', 2);
    const [urgent, idle] = [orchestrator.source.add('a', 100), orchestrator.source.add('a', -100)];
    await push(orchestrator, [idle, second!, urgent, first!]);
    expect(await orchestrator.takeIds('*', 10)).toEqual([urgent.id, first!.id, second!.id, idle.id]);
  });

  test('queues take turns, whatever their length', async () => {
    const orchestrator = await startOrchestrator();
    await push(orchestrator, [
      ...orchestrator.source.addMany('long', 50),
      ...orchestrator.source.addMany('short', 2),
      ...orchestrator.source.addMany('middle', 10),
    ]);
    const turns: string[] = [];
    for (let i = 0; i < 6; i++) turns.push((await orchestrator.take('*', 1))[0]!.queue);
    expect(turns).toEqual(['long', 'short', 'middle', 'long', 'short', 'middle']);
    const shares = (await orchestrator.take('*', 20)).map((job) => job.queue);
    expect(shares.filter((queue) => queue === 'middle')).toHaveLength(8);
    expect(shares.filter((queue) => queue === 'long')).toHaveLength(12);
  });

  test('a take fills up from the queues that have more than their share', async () => {
    const orchestrator = await startOrchestrator();
    await push(orchestrator, [...orchestrator.source.addMany('big', 100), ...orchestrator.source.addMany('tiny', 1)]);
    expect(await orchestrator.take('*', 60)).toHaveLength(60);
    expect(await orchestrator.take('*', 60)).toHaveLength(41);
    expect(await orchestrator.take('*', 60)).toHaveLength(0);
  });

  test('a worker gets only from the queues it serves, and none gets from a paused one', async () => {
    const orchestrator = await startOrchestrator();
    const { source, queue } = orchestrator;
    const jobs = ['a', 'b', 'c'].map((name) => source.add(name));
    await push(orchestrator, jobs);
    queue.setPaused(['a']);
    expect(await orchestrator.takeIds(['a', 'c', 'unknown'], 10)).toEqual([jobs[2]!.id]);
    expect(await orchestrator.takeIds('*', 10)).toEqual([jobs[1]!.id]);
    queue.setPaused([]);
    expect(orchestrator.heardByName('a')).toBe(true);
    expect(await orchestrator.takeIds('*', 10)).toEqual([jobs[0]!.id]);
  });

  test('gated ids go back to their place and wake nobody', async () => {
    const orchestrator = await startOrchestrator();
    const jobs = orchestrator.source.addMany('a', 5);
    await push(orchestrator, jobs);
    await orchestrator.wait();
    const taken = await orchestrator.take('*', 3);
    orchestrator.queue.settle({ done: taken.slice(1, 2), gated: [taken[2]!, taken[0]!] });
    await until(async () => (await orchestrator.size()) === 4);
    expect(await orchestrator.queue.position(jobs[2]!.id, 'a')).toBe(1);
    expect(await orchestrator.takeIds('*', 10)).toEqual([jobs[0], jobs[2], jobs[3], jobs[4]].map((job) => job!.id));
    expect(orchestrator.woken).toEqual([]);
  });

  test('ids of a queue that was taken from twice in one take go back to their places too', async () => {
    const orchestrator = await startOrchestrator();
    const [big, tiny] = [orchestrator.source.addMany('big', 10), orchestrator.source.addMany('tiny', 1)];
    await push(orchestrator, [...big, ...tiny]);
    const taken = await orchestrator.take('*', 8);
    expect(new Set(taken.map(({ batch }) => batch)).size).toBe(3);
    orchestrator.queue.settle({ done: taken.slice(0, 2), gated: taken.slice(2) });
    await until(async () => (await orchestrator.size()) === 9);
    expect((await orchestrator.takeIds('*', 20)).toSorted()).toEqual(
      [...big, ...tiny]
        .map(({ id }) => id)
        .filter((id) => !taken.slice(0, 2).some((job) => job.id === id))
        .toSorted(),
    );
    expect(await orchestrator.batchKeys()).toHaveLength(2);
  });

  test('a job that got another place keeps it, also when it was in flight just then', async () => {
    const orchestrator = await startOrchestrator();
    const { queue, source } = orchestrator;
    const jobs = source.addMany('a', 4);
    await push(orchestrator, jobs);
    const [taken] = await orchestrator.take('*', 1);
    queue.move([
      { ...jobs[0]!, priority: -1, fromQueue: 'a' },
      { ...jobs[2]!, queue: 'b', fromQueue: 'a' },
      { ...jobs[3]!, priority: 1, fromQueue: 'a' },
    ]);
    queue.settle({ done: [], gated: [taken!] });
    await until(async () => (await queue.position(jobs[2]!.id, 'b')) === 0);
    expect(await orchestrator.takeIds(['a'], 10)).toEqual([jobs[3], jobs[1], jobs[0]].map((job) => job!.id));
    expect(await orchestrator.takeIds(['b'], 10)).toEqual([jobs[2]!.id]);
  });

  test('the position counts the jobs ahead, and a removed job has none', async () => {
    const orchestrator = await startOrchestrator();
    const jobs = orchestrator.source.addMany('a', 3);
    await push(orchestrator, jobs);
    expect(await orchestrator.queue.position(jobs[2]!.id, 'a')).toBe(2);
    orchestrator.queue.remove([jobs[0]!]);
    await until(async () => (await orchestrator.queue.position(jobs[2]!.id, 'a')) === 1);
    expect(await orchestrator.queue.position(jobs[0]!.id, 'a')).toBeNull();
  });

  test('a take from thousands of queues costs about what a take from ten costs', async () => {
    const orchestrator = await startOrchestrator();
    const { source } = orchestrator;
    // The quickest of many: what else the machine does only ever adds.
    const quickestMs = async () => {
      const times: number[] = [];
      for (let i = 0; i < 50; i++) {
        const startedAt = performance.now();
        await orchestrator.take('*', 1);
        times.push(performance.now() - startedAt);
      }
      return Math.min(...times);
    };
    await push(
      orchestrator,
      Array.from({ length: 100 }, (_, i) => source.add(`few-${i % 10}`)),
    );
    const few = await quickestMs();
    await push(
      orchestrator,
      Array.from({ length: 9_900 }, (_, i) => source.add(`many-${i}`)),
    );
    expect(await quickestMs()).toBeLessThan(few * 4 + 1);
  });
});

describe('wakes', () => {
  test('a queue born while an orchestrator waits wakes it, within milliseconds and without NOTIFY', async () => {
    const orchestrator = await startOrchestrator();
    await orchestrator.wait();
    const startedAt = performance.now();
    orchestrator.queue.push([orchestrator.source.add('newborn')]);
    await until(() => orchestrator.heardByName('newborn'));
    expect(performance.now() - startedAt).toBeLessThan(200);
    expect(orchestrator.published).toEqual([]);
  });

  test('every waiting orchestrator is woken, so that one that serves the queue always is', async () => {
    const source = new ReadySourceInMemory();
    const pusher = await startOrchestrator(source);
    const waiting = [await startOrchestrator(source), await startOrchestrator(source)];
    await Promise.all(waiting.map((orchestrator) => orchestrator.wait()));
    pusher.queue.push([source.add('served by one of them')]);
    for (const orchestrator of waiting) await until(() => orchestrator.heardByName('served by one of them'));
    expect(pusher.woken).toEqual([]);
  });

  test('more names than anyone wants to hear become a wake for any queue', async () => {
    const orchestrator = await startOrchestrator();
    await orchestrator.wait();
    orchestrator.queue.push(Array.from({ length: 60 }, (_, i) => orchestrator.source.add(`q${i}`)));
    await until(() => orchestrator.woken.includes('*'));
  });
});
