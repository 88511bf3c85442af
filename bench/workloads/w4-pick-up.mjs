import { setTimeout as delay } from 'node:timers/promises';
import { round } from '../harness/processes.mjs';

const PAUSE_MS = 40;
const WARM_UP = 30;

/**
 * From before the enqueue call of one process to the handler's first line in another, on an idle system.
 * @param jobsBefore how many jobs all processes have seen before, one after the other
 */
export const pickUpAfter = (jobsBefore) => ({
  id: jobsBefore === 0 ? 'W4' : 'W4 later',
  title: jobsBefore === 0 ? 'Pick-up latency, idle system' : `The same, after ${jobsBefore.toLocaleString('en')} jobs`,
  unit: 'ms',
  lowerIsBetter: true,
  takes: ({ isVariant }) => !isVariant,
  sizes: { quick: { jobs: 100 }, full: { jobs: 300 } },
  async run(open, system, { jobs }) {
    const session = await open(system);
    try {
      await session.startWorkers(1);
      const before = jobsBefore + WARM_UP;
      const total = jobs + before;
      await delay(1500);
      await session.client.call('trickle', jobsBefore, 0);
      await session.client.call('trickle', WARM_UP, PAUSE_MS);
      await session.untilWorkers(() => session.handled >= before, 'the warm-up');
      session.takeLatencies();
      const cpu = session.startCpuClock();
      const start = performance.now();
      await session.client.call('trickle', jobs, PAUSE_MS);
      await session.untilWorkers(() => session.handled >= total, 'all jobs');
      const seconds = (performance.now() - start) / 1000;
      const used = cpu();
      const latencies = session.takeLatencies().sort((a, b) => a - b);
      if (latencies.length !== jobs) throw new Error(`${system.name}: ${latencies.length} of ${jobs} latencies`);
      await session.verify(total);
      const at = (share) => round(latencies[Math.min(jobs - 1, Math.ceil(jobs * share) - 1)] / 1000, 2);
      return { value: at(0.5), p50: at(0.5), p99: at(0.99), max: at(1), seconds: round(seconds, 2), jobs, cpu: used };
    } finally {
      await session.close();
    }
  },
});

export default pickUpAfter(0);
