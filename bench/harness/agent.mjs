/*
 * One process of a system under test, client or worker, run by the Node that the system needs. The benchmark calls it over the process
 * channel: { id, method, args } is answered by { id, result } or { id, error }.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { countJob, monotonicMicros } from './job-counter.mjs';
import { payload } from './payload.mjs';

const { default: system } = await import(process.argv[2]);
let client;
let worker;
let handledSoFar = 0;

const methods = {
  prepare: (env, settings) => system.prepare(env, settings),
  async openClient(env, settings) {
    client = await system.openClient(env, settings);
  },
  async startWorker(env, settings) {
    worker = await system.startWorker(env, settings, countJob);
  },
  /** @returns seconds until all were acknowledged */
  bulkEnqueue: (count) => timed(() => client.bulkEnqueue(count)),
  singleEnqueue: (count, inFlight) => timed(() => singleEnqueue(count, inFlight)),
  remaining: () => client.remaining(),
  finished: () => client.finished(),
  /** Submits one job at a time, at random moments of an idle system. */
  async trickle(count, pauseMs) {
    for (let i = 0; i < count; i++) {
      await delay(pauseMs * (0.5 + Math.random()));
      await client.enqueue(payload(monotonicMicros()));
    }
  },
  /** Submits as fast as the system takes it, but never runs further ahead of the worker than `lead` jobs. */
  async steady(seconds, lead, chunk) {
    const stopAt = performance.now() + seconds * 1000;
    let submitted = 0;
    while (performance.now() < stopAt) {
      if (submitted - handledSoFar > lead) await delay(1);
      else {
        await client.bulkEnqueue(chunk);
        submitted += chunk;
      }
    }
    return submitted;
  },
  /** What only some systems' clients can do. */
  extra: (name, ...args) => client[name](...args),
  async stop() {
    await worker?.stop();
    await client?.close();
  },
};

function singleEnqueue(count, inFlight) {
  if (client.singleEnqueue) return client.singleEnqueue(count, inFlight);
  let left = count;
  const line = async () => {
    while (left-- > 0) await client.enqueue(payload());
  };
  return Promise.all(Array.from({ length: inFlight }, line));
}

async function timed(work) {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

process.on('message', async ({ id, method, args, handledByAll }) => {
  if (handledByAll !== undefined) return void (handledSoFar = handledByAll);
  try {
    process.send({ id, result: await methods[method](...args) });
  } catch (error) {
    process.send({ id, error: error.stack ?? String(error) });
  }
});
process.on('disconnect', () => process.exit());
process.send({ ready: true });
