import { until } from '../support/until.js';
import { Orchestrators, push } from './orchestrators.js';
import { ReadySourceInMemory } from './ready-source-in-memory.js';

const orchestrators = new Orchestrators();
const startOrchestrator = (source?: ReadySourceInMemory) => orchestrators.start(source);

beforeAll(() => orchestrators.open());
afterEach(() => orchestrators.stop());
afterAll(() => orchestrators.close());

describe('repair', () => {
  test('what was taken and never settled becomes ready again after five seconds', async () => {
    const orchestrator = await startOrchestrator();
    const [job] = orchestrator.source.addMany('a', 1);
    await push(orchestrator, [job!]);
    orchestrator.source.jobs.clear();
    const takenAt = performance.now();
    expect(await orchestrator.takeIds('*', 1)).toEqual([job!.id]);
    await orchestrator.wait();
    await until(async () => {
      await orchestrator.queue.repair();
      return orchestrator.heardByName('a');
    }, 8000);
    expect(performance.now() - takenAt).toBeGreaterThan(4900);
    expect(await orchestrator.takeIds('*', 1)).toEqual([job!.id]);
  });

  test('a job that was never pushed is found, and one that is in flight is left there', async () => {
    const orchestrator = await startOrchestrator();
    const [taken, ...lost] = orchestrator.source.addMany('a', 250);
    await push(orchestrator, [taken!]);
    await orchestrator.take('*', 1);
    // The turn to repair may have been taken while this orchestrator started.
    await until(async () => {
      await orchestrator.queue.repair();
      return (await orchestrator.size()) === 1 + lost.length;
    });
    expect(await orchestrator.takeIds('*', 500)).toEqual(lost.map((job) => job.id));
  });
});

describe('when Redis forgets', () => {
  test('a flush is noticed by the next repair, and all jobs are back', async () => {
    const orchestrator = await startOrchestrator();
    const jobs = orchestrator.source.addMany('a', 2500);
    await push(orchestrator, jobs);
    await orchestrator.wait();
    await orchestrator.connections.command.flushall();
    await orchestrator.queue.repair();
    expect(await orchestrator.size()).toBe(2500);
    expect(orchestrator.heard('a')).toBe(true);
    // The flush took the registration of the waiter too.
    await until(
      async () => (await orchestrator.connections.command.exists(`{${orchestrator.prefix}:q}:waiters`)) === 1,
    );
    expect(await orchestrator.takeIds('*', 10)).toEqual(jobs.slice(0, 10).map((job) => job.id));
  });

  test('a flush is noticed by the next take', async () => {
    const orchestrator = await startOrchestrator();
    const job = orchestrator.source.add('a');
    await push(orchestrator, [job]);
    await orchestrator.connections.command.flushall();
    expect(await orchestrator.queue.take('*', 1)).toBeNull();
    await until(async () => (await orchestrator.queue.position(job.id, 'a')) === 0, 2000);
  });

  test('a flush is noticed by the next push, and whoever waits is told', async () => {
    const orchestrator = await startOrchestrator();
    const jobs = orchestrator.source.addMany('a', 2);
    await push(orchestrator, jobs);
    await orchestrator.wait();
    await orchestrator.connections.command.flushall();
    orchestrator.queue.push([orchestrator.source.add('a')]);
    await until(async () => (await orchestrator.size()) === 3, 2000);
    expect(orchestrator.woken).toContain('*');
  });

  test('a rebuild replaces every key of the old generation, and only one orchestrator does it', async () => {
    const source = new ReadySourceInMemory();
    const [one, two] = [await startOrchestrator(source), await startOrchestrator(source)];
    await push(one, source.addMany('a', 10));
    const old = await one.readyKeys();
    source.rebuilds = 0;
    await one.connections.command.flushall();
    await Promise.all([one.queue.repair(), two.queue.repair()]);
    await Promise.all([one.queue.repair(), two.queue.repair()]);
    expect(source.rebuilds).toBe(1);
    expect([one.queue.mode, two.queue.mode]).toEqual(['redis', 'redis']);

    const replaced = await one.readyKeys();
    expect(replaced).not.toEqual(old);
    expect(await one.take('*', 3)).toHaveLength(3);
    expect(await one.batchKeys()).toHaveLength(1);
    expect(await two.queue.rebuild()).toMatchObject({ queues: 1, jobs: 10 });
    const now = await one.readyKeys();
    expect(now).toHaveLength(1);
    expect(now).not.toEqual(replaced);
    expect(await one.batchKeys()).toEqual([]);
    // The other one learns of it by itself.
    one.queue.push([source.add('b')]);
    await until(async () => (await two.size()) === 11);
  });

  test('an orchestrator that got the lock after another one rebuilt does not rebuild again', async () => {
    const source = new ReadySourceInMemory();
    const one = await startOrchestrator(source);
    const late = new ReadySourceInMemory();
    const two = await startOrchestrator(late);
    const job = source.add('a');
    let builtByOne: string[] = [];
    late.withRebuildLock = async (work) => {
      await one.queue.repair();
      builtByOne = await one.readyKeys();
      return source.withRebuildLock(work);
    };
    await one.connections.command.flushall();
    await two.queue.repair();
    expect(builtByOne).toHaveLength(1);
    expect(await one.readyKeys()).toEqual(builtByOne);
    expect(await two.takeIds('*', 1)).toEqual([job.id]);
  });
});
