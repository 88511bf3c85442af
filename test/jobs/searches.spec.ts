import type { JobList } from '../../src/contract/job.dto.js';
import { connected } from '../support/postgres.js';
import { TestOrchestrator } from '../support/orchestrator.js';
import { until } from '../support/until.js';
import { insertJobs } from './job-rows.js';

/** A search for text takes so long per row here, as it does over large rows. */
const SLOW_MS = 2;
const ROWS = 2500;
/** What a list looks at before it counts as a search. */
const FIRST_WINDOW = 60;
/** An advisory lock that a statement holds, here, once it looks further. */
const SEARCHING = 42;
const WRITER = { name: 'writer', secret: 'writer-of-sixteen-and-more' };
const READERS = ['ann', 'bob', 'cem'].map((name) => ({ name, secret: `${name}-reads-sixteen-and-more` }));

let orchestrator: TestOrchestrator;

beforeAll(async () => {
  orchestrator = await TestOrchestrator.start('postgres', {
    databasePoolSize: 18,
    apiKeys: [WRITER],
    readOnlyApiKeys: READERS,
  });
  await connected(orchestrator.databaseUrl, async (client) => {
    await insertJobs(
      client,
      Array.from({ length: ROWS }, () => ({ type: 'kept', status: 'SUCCESS' })),
    );
    await client.query(`
      CREATE SCHEMA slow;
      CREATE FUNCTION slow.slow_ilike(text, text) RETURNS boolean LANGUAGE plpgsql STRICT AS
        $$ DECLARE row_number int := coalesce(nullif(current_setting('slow.row', true), '')::int, 0) + 1;
        BEGIN
          PERFORM set_config('slow.row', row_number::text, true), pg_sleep(${SLOW_MS / 1000});
          IF row_number > ${FIRST_WINDOW} THEN PERFORM pg_advisory_xact_lock_shared(${SEARCHING}); END IF;
          RETURN false;
        END $$;
      CREATE OPERATOR slow.~~* (LEFTARG = text, RIGHTARG = text, FUNCTION = slow.slow_ilike);
      DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, slow, pg_catalog', current_database()); END $$`);
    // The next ones find what is slow.
    await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'read'`);
  });
});
afterAll(() => orchestrator.stop());

function search({ secret }: { secret: string }, signal = AbortSignal.timeout(20_000)): Promise<Response> {
  return fetch(`${orchestrator.url}/jobs?q=nowhere`, { headers: { authorization: `Bearer ${secret}` }, signal });
}

/** How many statements of searches are under way. */
function searching(): Promise<number> {
  return connected(orchestrator.databaseUrl, async (client) => {
    const { rows } = await client.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_locks l JOIN pg_database d ON d.oid = l.database
      WHERE locktype = 'advisory' AND objid = ${SEARCHING} AND datname = current_database()`,
    );
    return rows[0]!.n;
  });
}

/** How many ran at once at most while the work was done. */
async function mostAtOnce(work: Promise<unknown>): Promise<number> {
  let isOver = false;
  void work.finally(() => (isOver = true));
  let most = 0;
  while (!isOver) most = Math.max(most, await searching());
  return most;
}

test('while a reader searches six times at once each submission is taken, and each search answers what it found in its time', async () => {
  const searches = Promise.all(
    READERS.slice(0, 1).flatMap((reader) => Array.from({ length: 6 }, () => search(reader))),
  );
  const submissions = (async () => {
    const slowest: number[] = [];
    for (let n = 0; n < 40; n++) {
      const startedAt = performance.now();
      const { status } = await orchestrator.post(
        '/jobs',
        { type: 'new' },
        { authorization: `Bearer ${WRITER.secret}` },
      );
      expect(status).toBe(201);
      slowest.push(performance.now() - startedAt);
    }
    return Math.max(...slowest);
  })();
  expect(await mostAtOnce(searches)).toBe(1);
  expect(await submissions).toBeLessThan(1000);
  for (const answer of await searches) {
    expect(answer.status).toBe(200);
    const page = (await answer.json()) as JobList;
    expect([page.is_partial, page.jobs, typeof page.next_cursor]).toEqual([true, [], 'string']);
  }
});

test('of three readers two search at a time', async () => {
  expect(await mostAtOnce(Promise.all(READERS.map((reader) => search(reader))))).toBe(2);
});

test('when the caller hangs up, the database stops searching for him', async () => {
  const caller = new AbortController();
  const answer = search(READERS[0]!, caller.signal).catch((error: Error) => error.name);
  await until(async () => (await searching()) === 1);
  caller.abort();
  const leftAt = performance.now();
  await until(async () => (await searching()) === 0);
  expect(performance.now() - leftAt).toBeLessThan(400);
  expect(await answer).toBe('AbortError');
});
