/*
 * graphile-worker 0.18 as on https://worker.graphile.org/docs/performance: concurrentJobs 24, maxPoolSize 25, localQueue 500,
 * completeJobBatchDelay 0. Jobs are added by addJobs, 5000 a call, 2 calls in flight. It deletes a job that succeeded.
 * The variant "tuned" takes 2000 jobs at a time, which was the fastest of those tried here (500 to 5000).
 */
import { inFlight } from '../harness/in-flight.mjs';
import { payload } from '../harness/payload.mjs';

const TASK = 'noop';

export function graphileWorker(name, documentedQueueSize, url) {
  return {
    name,
    package: 'graphile-worker',
    url,
    needsNewerNode: true,
    store: 'postgres',
    keeps: 'nothing of a finished job',
    environment: () => ({ NO_LOG_SUCCESS: '1' }),
    settings: ({ takeAtMost }) => ({ bulk: 5000, bulkInFlight: 2, queueSize: takeAtMost ?? documentedQueueSize }),

    async prepare(env) {
      const { makeWorkerUtils } = await import('graphile-worker');
      const utils = await makeWorkerUtils({ connectionString: env.databaseUrl, ...(await quiet()) });
      await utils.migrate();
      await utils.release();
    },

    async openClient({ databaseUrl }, settings) {
      const { makeWorkerUtils } = await import('graphile-worker');
      const utils = await makeWorkerUtils({ connectionString: databaseUrl, ...(await quiet()) });
      return {
        bulkEnqueue: (count) =>
          inFlight(count, settings.bulk, settings.bulkInFlight, (n) =>
            utils.addJobs(Array.from({ length: n }, () => ({ identifier: TASK, payload: payload(), maxAttempts: 4 }))),
          ),
        enqueue: (data) => utils.addJob(TASK, data, { maxAttempts: 4 }),
        remaining: () =>
          utils.withPgClient(
            async (client) => (await client.query('SELECT count(*)::int AS n FROM graphile_worker.jobs')).rows[0].n,
          ),
        finished: () => null,
        close: () => utils.release(),
      };
    },

    async startWorker({ databaseUrl }, { queueSize }, onJob) {
      const { run, WorkerPreset } = await import('graphile-worker');
      const runner = await run({
        preset: {
          extends: [WorkerPreset],
          worker: {
            connectionString: databaseUrl,
            concurrentJobs: 24,
            maxPoolSize: 25,
            localQueue: { size: queueSize },
            completeJobBatchDelay: 0,
            failJobBatchDelay: 0,
          },
        },
        ...(await quiet()),
        noHandleSignals: true,
        taskList: { [TASK]: (data) => onJob(data) },
      });
      return { stop: () => runner.stop() };
    },
  };
}

export default graphileWorker('graphile-worker', 500, import.meta.url);

async function quiet() {
  const { Logger } = await import('graphile-worker');
  const write = (level, message) => level === 'error' && process.stderr.write(`${message}\n`);
  return { logger: new Logger(() => write) };
}
