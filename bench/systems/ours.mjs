/*
 * This project, as its users run it: `node dist/main --role=orchestrator` with PostgreSQL and Redis, `node dist/main --role=worker`
 * processes with a handler of their own, and clients that speak HTTP. Default settings but for the worker's CONCURRENCY
 * (500) and, where at most 100 jobs may be taken at a time, its PREFETCH. Bulk calls
 * carry 2000 jobs, 3 calls in flight. It keeps the row of every job and of every attempt.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CountingProcess, NODE_ENVIRONMENT } from '../harness/agent-process.mjs';
import { inFlight } from '../harness/in-flight.mjs';
import { payload } from '../harness/payload.mjs';
import { freePort, query, until } from '../harness/servers.mjs';
import { HttpLine, repeatRequest } from '../load/http-line.mjs';
import { startIdleWorkers } from '../load/idle-workers.mjs';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const HANDLERS = fileURLToPath(new URL('../handlers', import.meta.url));
const TYPE = 'noop';

export default {
  name: 'job-orchestrator',
  package: '..',
  url: import.meta.url,
  store: 'both',
  keeps: 'the row of every job and of every attempt',
  settings: ({ takeAtMost, workload }) => ({
    // Where memory counts, Node's own defaults.
    nodeOptions: workload === 'W8' ? '' : NODE_ENVIRONMENT.NODE_OPTIONS,
    bulk: 2000,
    bulkInFlight: 3,
    concurrency: takeAtMost ? takeAtMost / 2 : 500,
    prefetch: takeAtMost ? takeAtMost / 2 : 1000,
  }),

  async prepare() {},

  /** The processes beside workers and clients. */
  async startServers(env, { nodeOptions }) {
    const port = await freePort();
    env.orchestratorUrl = `http://127.0.0.1:${port}`;
    const server = start('orchestrator', env, {
      PORT: String(port),
      HOST: '127.0.0.1',
      NODE_OPTIONS: nodeOptions,
      DATABASE_URL: env.databaseUrl,
      REDIS_URL: env.redisUrl,
    });
    const isReady = async () => {
      if (server.child.exitCode !== null) throw new Error(`the orchestrator ended: ${server.said}`);
      const { status } = await fetch(`${env.orchestratorUrl}/health/ready`);
      if (status !== 200) throw new Error(`the orchestrator is not ready (${status}): ${server.said}`);
    };
    try {
      await until(isReady);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return { orchestrator: server };
  },

  async startWorkerProcess(env, { concurrency, prefetch }) {
    return start('worker', env, {
      ORCHESTRATOR_URL: env.orchestratorUrl,
      CONCURRENCY: String(concurrency),
      PREFETCH: String(prefetch),
      HANDLERS,
    });
  },

  async openClient({ orchestratorUrl, databaseUrl }, { bulk, bulkInFlight }) {
    const lines = Array.from({ length: bulkInFlight }, () => new HttpLine(orchestratorUrl));
    const free = [...lines];
    const single = new HttpLine(orchestratorUrl);
    const count = async (sql) => (await query(databaseUrl, sql))[0].n;
    let idle;
    return {
      bulkEnqueue: (total) =>
        inFlight(total, bulk, bulkInFlight, async (n) => {
          const line = free.pop();
          const jobs = Array.from({ length: n }, () => ({ type: TYPE, payload: payload() }));
          accepted(await line.post('/jobs/bulk', JSON.stringify({ jobs })));
          free.push(line);
        }),
      enqueue: async (data) => accepted(await single.post('/jobs', JSON.stringify({ type: TYPE, payload: data }))),
      singleEnqueue: (total, inFlightCalls) =>
        repeatRequest(orchestratorUrl, {
          path: '/jobs',
          body: JSON.stringify({ type: TYPE, payload: payload() }),
          count: total,
          lines: inFlightCalls,
          status: 201,
        }),
      remaining: () => count(`SELECT count(*)::int AS n FROM jobs WHERE finished_at IS NULL`),
      /** Jobs that succeeded at their first attempt and have the history to show for it. */
      finished: () =>
        count(`SELECT count(*)::int AS n FROM jobs j JOIN job_attempts a ON a.job_id = j.id AND a.attempt_number = j.attempt
          WHERE j.status = 'SUCCESS' AND j.attempt = 1 AND a.status = 'SUCCESS' AND a.finished_at IS NOT NULL`),
      async startIdleWorkers(total) {
        idle = await startIdleWorkers(orchestratorUrl, total);
      },
      idleCalls: () => idle.calls(),
      async close() {
        idle?.stop();
        for (const line of [...lines, single]) line.close();
      },
    };
  },
};

function start(role, env, settings) {
  const profile = [
    '--cpu-prof',
    `--cpu-prof-dir=${env.folder}/profiles`,
    `--cpu-prof-name=${role}-${Date.now()}.cpuprofile`,
  ];
  const child = spawn(process.execPath, [...(env.profile?.includes(role) ? profile : []), MAIN, `--role=${role}`], {
    cwd: env.folder,
    env: { PATH: process.env.PATH, ...NODE_ENVIRONMENT, LOG_LEVEL: 'warn', LOG_FORMAT: 'json', ...settings },
    // The worker's handler tells what it has done over the channel.
    stdio: ['ignore', 'pipe', 'pipe', ...(role === 'worker' ? ['ipc'] : [])],
  });
  return new CountingProcess(child, `job-orchestrator ${role}`);
}

function accepted({ status, text }) {
  if (status !== 201 && status !== 200) throw new Error(`answered ${status}: ${text.slice(0, 500)}`);
}
