/** Bulk enqueue by one client process, each batch acknowledged, no workers. */
export default {
  id: 'W1',
  title: 'Bulk enqueue',
  unit: 'jobs/s',
  sizes: { quick: { jobs: 40_000 }, full: { jobs: 100_000 } },
  async run(open, system, { jobs }) {
    const session = await open(system);
    try {
      await session.client.call('bulkEnqueue', 5000);
      const cpu = session.startCpuClock();
      const seconds = await session.client.call('bulkEnqueue', jobs);
      const used = cpu();
      const waiting = await session.client.call('remaining');
      if (waiting !== jobs + 5000) throw new Error(`${system.name}: ${waiting} of ${jobs + 5000} jobs are there`);
      return { value: Math.round(jobs / seconds), seconds, jobs, cpu: used };
    } finally {
      await session.close();
    }
  },
};
