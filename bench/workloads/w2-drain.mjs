import { measureDrain } from '../harness/drain.mjs';

/** A preloaded queue, worked empty. */
export function drainBy(workers) {
  return {
    id: workers === 1 ? 'W2' : `W2x${workers}`,
    title: `Drain, ${workers === 1 ? 'one worker process' : `${workers} worker processes`}`,
    unit: 'jobs/s',
    sizes: { quick: { jobs: 40_000 }, full: { jobs: 150_000 } },
    async run(open, system, { jobs }) {
      const session = await open(system);
      try {
        await session.client.call('bulkEnqueue', jobs);
        const measured = await measureDrain(session, { workers, waiting: jobs });
        await session.verify(jobs);
        return measured;
      } finally {
        await session.close();
      }
    },
  };
}

export default drainBy(1);
