import { measureDrain } from '../harness/drain.mjs';

/** The drain of W2 while many more jobs wait behind. */
export default {
  id: 'W6',
  title: 'Drain with many more waiting behind',
  unit: 'jobs/s',
  rounds: 1,
  sizes: { quick: { waiting: 300_000, take: 40_000 }, full: { waiting: 1_000_000, take: 100_000 } },
  async run(open, system, { waiting, take }) {
    const session = await open(system);
    try {
      await session.client.call('bulkEnqueue', waiting);
      return await measureDrain(session, { workers: 1, waiting, take });
    } finally {
      await session.close();
    }
  },
};
