/*
 * pg-boss 12: insert() for batches, work() with a large batchSize, two local workers that go on at once after a full batch
 * (docs/api/workers.md: batchSize, localConcurrency, burstWhenBatchFull; docs/api/jobs.md: insert). A batch handler that returns
 * completes its whole batch. For pick-up latency LISTEN/NOTIFY is on (docs: useListenNotify, the queue's notify). Inserts of 1000 with
 * 2 in flight and batches of 2000 were the fastest of those tried here.
 */
import { inFlight } from '../harness/in-flight.mjs';
import { payload } from '../harness/payload.mjs';

const QUEUE = 'bench';

export default {
  name: 'pg-boss',
  package: 'pg-boss',
  url: import.meta.url,
  needsNewerNode: true,
  store: 'postgres',
  keeps: 'the row of a finished job, no attempts',
  settings: ({ takeAtMost, workload }) => ({
    bulk: 1000,
    bulkInFlight: 2,
    notify: workload.startsWith('W4'),
    work: {
      batchSize: workload.startsWith('W4') ? 100 : (takeAtMost ?? 2000),
      localConcurrency: takeAtMost ? 1 : 2,
      burstWhenBatchFull: true,
      pollingIntervalSeconds: 0.5,
    },
  }),

  async prepare(env, settings) {
    const boss = await start(env, settings);
    await boss.createQueue(QUEUE, { retryLimit: 3, notify: settings.notify });
    await boss.stop({ graceful: false });
  },

  async openClient(env, settings) {
    const boss = await start(env, settings);
    const count = async (where) => {
      const { rows } = await boss
        .getDb()
        .executeSql(`SELECT count(*)::int AS n FROM pgboss.job WHERE name = '${QUEUE}' AND ${where}`);
      return rows[0].n;
    };
    return {
      bulkEnqueue: (total) =>
        inFlight(total, settings.bulk, settings.bulkInFlight, (n) =>
          boss.insert(
            QUEUE,
            Array.from({ length: n }, () => ({ data: payload() })),
          ),
        ),
      enqueue: (data) => boss.send(QUEUE, data),
      remaining: () => count(`state <> 'completed'`),
      finished: () => count(`state = 'completed'`),
      close: () => boss.stop({ graceful: false }),
    };
  },

  async startWorker(env, settings, onJob) {
    const boss = await start(env, settings);
    await boss.work(QUEUE, settings.work, async (jobs) => {
      for (const job of jobs) onJob(job.data);
    });
    return { stop: () => boss.stop({ graceful: true, timeout: 5000 }) };
  },
};

async function start({ databaseUrl }, { notify }) {
  const { PgBoss } = await import('pg-boss');
  const boss = new PgBoss({ connectionString: databaseUrl, useListenNotify: notify });
  boss.on('error', (error) => process.stderr.write(`${error.stack}\n`));
  await boss.start();
  return boss;
}
