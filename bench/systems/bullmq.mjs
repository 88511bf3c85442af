/*
 * BullMQ 6, as its guide says: addBulk (guide/queues/adding-bulks), one worker with a high local concurrency
 * (guide/workers/concurrency), finished jobs removed at once (guide/queues/auto-removal-of-jobs), connections as in
 * guide/going-to-production. Bulk calls of 100 with 4 in flight, and concurrency 300, were the fastest of those tried here
 * (bulk 100 to 1000, 1 to 8 in flight; concurrency 50 to 1000).
 */
import { inFlight } from '../harness/in-flight.mjs';
import { payload } from '../harness/payload.mjs';

const QUEUE = 'bench';

export default {
  name: 'bullmq',
  package: 'bullmq',
  url: import.meta.url,
  store: 'redis',
  keeps: 'nothing of a finished job',
  settings: ({ takeAtMost }) => ({ bulk: 100, bulkInFlight: 4, concurrency: takeAtMost ?? 300 }),

  async prepare() {},

  async openClient({ redisUrl }, { bulk, bulkInFlight }) {
    const { Queue } = await import('bullmq');
    const queue = new Queue(QUEUE, {
      connection: await connection(redisUrl),
      defaultJobOptions: { removeOnComplete: true, attempts: 4 },
    });
    await queue.waitUntilReady();
    return {
      bulkEnqueue: (count) =>
        inFlight(count, bulk, bulkInFlight, (n) =>
          queue.addBulk(Array.from({ length: n }, () => ({ name: 'noop', data: payload() }))),
        ),
      enqueue: (data) => queue.add('noop', data),
      async remaining() {
        const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized', 'failed');
        return Object.values(counts).reduce((sum, n) => sum + n, 0);
      },
      finished: () => null,
      close: () => queue.close(),
    };
  },

  async startWorker({ redisUrl }, { concurrency }, onJob) {
    const { Worker } = await import('bullmq');
    const worker = new Worker(QUEUE, async (job) => onJob(job.data), {
      connection: { ...(await connection(redisUrl)), maxRetriesPerRequest: null },
      concurrency,
    });
    worker.on('error', (error) => process.stderr.write(`${error.stack}\n`));
    await worker.waitUntilReady();
    return { stop: () => worker.close() };
  },
};

async function connection(redisUrl) {
  const { hostname, port } = new URL(redisUrl);
  return { host: hostname, port: Number(port) };
}
