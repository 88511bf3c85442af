import { pino } from 'pino';
import * as claim from '../../src/jobs/queries/claim-queries.js';
import * as lease from '../../src/jobs/queries/lease-queries.js';
import * as report from '../../src/jobs/queries/report-queries.js';
import { Database } from '../../src/platform/database/database.js';
import type { Lane } from '../../src/platform/database/lane.js';
import { statement, type Statement } from '../../src/platform/database/statement.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

const FENCED: Statement[] = [
  report.succeedJobs,
  report.lockForReport,
  report.settleAttempts,
  report.findFates,
  lease.renewLeases,
];
const HOT: Statement[] = [
  ...FENCED,
  claim.claimJobs,
  claim.lockReadyJobs,
  claim.findPending,
  claim.findPollAnswers,
  claim.freeSlotsOfQueue,
];
/** They walk whatever was claimed of late, and look at each job by its key, how many others there may be. */
const SWEEPS: Statement[] = [lease.closeClaims, lease.lockOverrunAttempts, lease.findLiveLeases];

// A connection plans each statement once and keeps the plan until the statistics change: that of the first minute, when there was
// nothing, must serve; and so must one that was made when the statistics said that no attempt is live.
describe.each([
  ['the tables of a fresh install', 0],
  ['100,000 finished attempts', 100_000],
])('planned over %s', (_tables, finished) => {
  let tables: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    tables = await createDatabase();
    database = new Database(tables.url, 6, pino({ level: 'silent' }));
    const run = (name: string, text: string, values: unknown[] = []) =>
      database.sweep.query(statement(name, text), values);
    await run(
      'fill_attempts',
      `INSERT INTO past_attempts (job_id, attempt_number, id, status, worker_id, lease_token, lease_expires_at, deadline_at, started_at, finished_at)
       SELECT gen_random_uuid(), 1, gen_random_uuid(), 'FAILED', gen_random_uuid(), gen_random_uuid(), now(), now(), now(), now()
       FROM generate_series(1, $1::int)`,
      [finished],
    );
    await run(
      'fill_jobs',
      `INSERT INTO jobs (id, queue, type, status) SELECT job_id, 'q', 't', 'PENDING' FROM past_attempts`,
    );
    await run(
      'fill_claims',
      `INSERT INTO claims (worker_id, queue, job_ids, claimed_at)
       SELECT gen_random_uuid(), 'q', array_agg(job_id), now() FROM past_attempts GROUP BY hashtext(job_id::text) % 1000`,
    );
    if (finished === 0) return;
    await run('analyze', 'ANALYZE jobs, ready_jobs, past_attempts, claims');
  });

  afterAll(async () => {
    await database.close();
    await tables.drop();
  });

  /** The lines of the plan for any parameters: the one that prepared statements of the hot lane get. */
  const planOf = ({ name, text }: Statement, lane: Lane): Promise<string[]> =>
    lane.session(async (session) => {
      const nulls = Array(new Set(text.match(/\$\d+/g)).size).fill('NULL');
      const run = <Row>(what: string, command: string) => session.query<Row>(statement(`${what}_${name}`, command), []);
      await run('prepare', `PREPARE hot_${name} AS ${text}`);
      const rows = await run<{ 'QUERY PLAN': string }>(
        'explain',
        `EXPLAIN (COSTS OFF) EXECUTE hot_${name}(${nulls.join(', ')})`,
      );
      await run('forget', `DEALLOCATE hot_${name}`);
      return rows.map((row) => row['QUERY PLAN']);
    });

  test.each(HOT.map((hot) => [hot.name, hot] as const))(
    '%s finds its rows by key, in the order of the batch',
    async (_name, hot) => {
      const plan = await planOf(hot, database.lease);
      expect(unboundScans(plan, 'jobs|ready_jobs|past_attempts|claims')).toEqual([]);
      expect(plan.join('\n')).not.toMatch(/Hash Join|Merge Join/);
    },
  );

  test.each(FENCED.map((fenced) => [fenced.name, fenced] as const))(
    '%s never walks the live leases',
    async (_name, fenced) => {
      const plan = (await planOf(fenced, database.lease)).join('\n');
      expect(plan).toMatch(/using jobs_pkey/);
      expect(plan).not.toMatch(/\bclaims\b/);
    },
  );

  test.each(SWEEPS.map((sweep) => [sweep.name, sweep] as const))(
    '%s looks at each job by its key',
    async (_name, sweep) => {
      for (const lane of [database.lease, database.sweep])
        expect(unboundScans(await planOf(sweep, lane), 'jobs')).toEqual([]);
    },
  );
});

/** The lines of a plan that read one of the tables otherwise than by the key of an index. */
function unboundScans(plan: readonly string[], tables: string): string[] {
  const scan = new RegExp(`Scan.* on (${tables})\\b`);
  return plan.filter((line, index) => scan.test(line) && !/Index Cond|Recheck Cond/.test(plan[index + 1] ?? ''));
}
