import { setTimeout as delay } from 'node:timers/promises';
import { residentMb, round } from '../harness/processes.mjs';

/** Workers with nothing to do: each keeps a long poll parked and sends its heartbeats. */
export default {
  id: 'W8',
  title: 'Idle workers, each polling and sending heartbeats',
  unit: '% of a core',
  lowerIsBetter: true,
  rounds: 1,
  sizes: { quick: { workers: 1000, seconds: 15 }, full: { workers: 1000, seconds: 60 } },
  takes: ({ name }) => name === 'job-orchestrator',
  async run(open, system, { workers, seconds }) {
    const session = await open(system);
    try {
      const { pid } = session.servers.orchestrator;
      const startMb = residentMb(pid);
      await session.client.call('extra', 'startIdleWorkers', workers);
      await delay(7000);
      const before = await session.client.call('extra', 'idleCalls');
      const cpu = session.startCpuClock();
      const start = performance.now();
      await delay(seconds * 1000);
      const measured = (performance.now() - start) / 1000;
      const used = cpu();
      const after = await session.client.call('extra', 'idleCalls');
      const heartbeats = (after.heartbeats - before.heartbeats) / measured;
      const share = (name) => round((used[name] / measured) * 100, 1);
      if (heartbeats < (workers / 5) * 0.8) throw new Error(`only ${heartbeats} heartbeats a second`);
      const rows = [
        ['', ''],
        ['orchestrator, CPU', `${share('orchestrator')} % of a core`],
        ['PostgreSQL, CPU', `${share('postgres')} % of a core`],
        ['Redis, CPU', `${share('redis')} % of a core`],
        ['orchestrator, memory', `${round(residentMb(pid))} MB resident (${round(startMb)} MB before any worker)`],
        ['heartbeats answered', `${round(heartbeats)}/s`],
        ['polls answered', `${round((after.polls - before.polls) / measured, 1)}/s`],
      ];
      return { value: share('orchestrator'), seconds: round(measured, 1), jobs: workers, rows, cpu: used };
    } finally {
      await session.close();
    }
  },
};
