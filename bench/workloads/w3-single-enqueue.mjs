const IN_FLIGHT = 64;
const WARM_UP = 2000;

/** One job a call, 64 calls in flight from one client process, each acknowledged when it is stored. */
export default {
  id: 'W3',
  title: 'Single enqueue, 64 in flight',
  unit: 'jobs/s',
  withYardstick: true,
  takes: ({ isVariant }) => !isVariant,
  sizes: { quick: { jobs: 8000 }, full: { jobs: 10_000 } },
  async run(open, system, { jobs }) {
    const session = await open(system);
    try {
      await session.client.call('singleEnqueue', WARM_UP, IN_FLIGHT);
      const cpu = session.startCpuClock();
      const seconds = await session.client.call('singleEnqueue', jobs, IN_FLIGHT);
      const used = cpu();
      const waiting = await session.client.call('remaining');
      if (waiting !== null && waiting !== jobs + WARM_UP)
        throw new Error(`${system.name}: ${waiting} of ${jobs + WARM_UP} jobs are there`);
      return { value: Math.round(jobs / seconds), seconds, jobs, cpu: used };
    } finally {
      await session.close();
    }
  },
};
