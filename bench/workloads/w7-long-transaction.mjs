import pg from 'pg';
import { measureDrain } from '../harness/drain.mjs';

/** A drain that takes at most 100 jobs at a time, alone and while another session keeps a REPEATABLE READ transaction open. */
export function longTransaction(isOpen) {
  return {
    id: isOpen ? 'W7' : 'W7 base',
    title: isOpen ? 'Drain, at most 100 at a time, under a long transaction' : 'Drain, at most 100 at a time',
    unit: 'jobs/s',
    sizes: { quick: { jobs: 60_000 }, full: { jobs: 150_000 } },
    takes: ({ store, isVariant }) => store !== 'redis' && !isVariant,
    async run(open, system, { jobs }) {
      const session = await open(system, { takeAtMost: 100 });
      const other = new pg.Client(session.env.databaseUrl);
      other.on('error', () => undefined);
      await other.connect();
      try {
        await session.client.call('bulkEnqueue', jobs);
        if (isOpen) await other.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class');
        const measured = await measureDrain(session, { workers: 1, waiting: jobs });
        await session.verify(jobs);
        return measured;
      } finally {
        await other.end();
        await session.close();
      }
    },
  };
}

export default longTransaction(true);
