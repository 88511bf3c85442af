import { setInterval } from 'node:timers';
import { round } from '../harness/processes.mjs';

const LEAD = 20_000;
const CHUNK = 4000;

/** One client submits in bulk as fast as it is let, at most 20,000 jobs ahead of the one worker process. */
export default {
  id: 'W5',
  title: 'Steady state, producer and consumer',
  unit: 'jobs/s',
  sizes: { quick: { seconds: 8 }, full: { seconds: 30 } },
  async run(open, system, { seconds }) {
    const session = await open(system);
    try {
      await session.startWorkers(1);
      const teller = setInterval(() => session.client.tellHandled(session.handled), 5);
      const producing = session.client.call('steady', seconds + 1, LEAD, CHUNK);
      await session.untilWorkers(() => session.handled > 0, 'the first jobs');
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const cpu = session.startCpuClock();
      const start = performance.now();
      const before = session.handled;
      const submitted = await producing;
      const jobs = session.handled - before;
      const measured = (performance.now() - start) / 1000;
      const used = cpu();
      clearInterval(teller);
      await session.untilWorkers(() => session.handled >= submitted, 'all jobs');
      await session.verify(submitted);
      return { value: round(jobs / measured), seconds: round(measured, 2), jobs, cpu: used };
    } finally {
      await session.close();
    }
  },
};
