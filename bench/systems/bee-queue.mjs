/*
 * bee-queue 2 as in its README: saveAll for batches, producers with isWorker and getEvents off, workers with events off and
 * removeOnSuccess (README: Settings, Optimizing Redis Connections), concurrency 500.
 */
import { inFlight } from '../harness/in-flight.mjs';
import { payload } from '../harness/payload.mjs';

const QUEUE = 'bench';

export default {
  name: 'bee-queue',
  package: 'bee-queue',
  url: import.meta.url,
  store: 'redis',
  keeps: 'nothing of a finished job',
  settings: ({ takeAtMost }) => ({ bulk: 1000, bulkInFlight: 2, concurrency: takeAtMost ?? 500 }),

  async prepare() {},

  async openClient({ redisUrl }, { bulk, bulkInFlight }) {
    const queue = await open(redisUrl, { isWorker: false });
    return {
      bulkEnqueue: (count) =>
        inFlight(count, bulk, bulkInFlight, async (n) => {
          const failed = await queue.saveAll(Array.from({ length: n }, () => queue.createJob(payload()).retries(3)));
          if (failed.size > 0) throw new Error(`${failed.size} jobs were not saved`);
        }),
      enqueue: (data) => queue.createJob(data).retries(3).save(),
      async remaining() {
        const { waiting, active, delayed, failed } = await queue.checkHealth();
        return waiting + active + delayed + failed;
      },
      finished: () => null,
      close: () => queue.close(),
    };
  },

  async startWorker({ redisUrl }, { concurrency }, onJob) {
    const queue = await open(redisUrl, { isWorker: true });
    queue.process(concurrency, async (job) => onJob(job.data));
    return { stop: () => queue.close() };
  },
};

async function open(redisUrl, settings) {
  const { default: Queue } = await import('bee-queue');
  const queue = new Queue(QUEUE, {
    redis: { url: redisUrl },
    getEvents: false,
    sendEvents: false,
    storeJobs: false,
    removeOnSuccess: true,
    ...settings,
  });
  queue.on('error', (error) => process.stderr.write(`${error.stack}\n`));
  await queue.ready();
  return queue;
}
