import { pino } from 'pino';
import * as claim from '../../src/jobs/queries/claim-queries.js';
import * as lease from '../../src/jobs/queries/lease-queries.js';
import * as report from '../../src/jobs/queries/report-queries.js';
import { Database } from '../../src/platform/database/database.js';
import { statement, type Statement } from '../../src/platform/database/statement.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

const FENCED: Statement[] = [
  report.succeedJobs,
  report.lockForReport,
  report.settleAttempts,
  report.findFates,
  lease.renewLeases,
];
const HOT: Statement[] = [...FENCED, claim.claimJobs, claim.lockReadyJobs, claim.findPending, claim.findPollAnswers];

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
      `INSERT INTO job_attempts (job_id, attempt_number, id, status, worker_id, lease_token, lease_expires_at, deadline_at, started_at, finished_at)
       SELECT gen_random_uuid(), 1, gen_random_uuid(), 'SUCCESS', gen_random_uuid(), gen_random_uuid(), now(), now(), now(), now()
       FROM generate_series(1, $1::int)`,
      [finished],
    );
    await run(
      'fill_jobs',
      `INSERT INTO jobs (id, queue, type, status) SELECT job_id, 'q', 't', 'PENDING' FROM job_attempts`,
    );
    if (finished === 0) return;
    await run('analyze_jobs', 'ANALYZE jobs');
    await run('analyze_attempts', 'ANALYZE job_attempts');
  });

  afterAll(async () => {
    await database.close();
    await tables.drop();
  });

  /** The lines of the plan for any parameters: the one that prepared statements of the hot lane get. */
  const planOf = ({ name, text }: Statement): Promise<string[]> =>
    database.lease.session(async (session) => {
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
      const plan = await planOf(hot);
      const unbound = plan.filter(
        (line, index) =>
          /Scan.* on (jobs|job_attempts|poll_answers)\b/.test(line) && !plan[index + 1]?.includes('Index Cond'),
      );
      expect(unbound).toEqual([]);
      expect(plan.join('\n')).not.toMatch(/Hash Join|Merge Join/);
    },
  );

  test.each(FENCED.map((fenced) => [fenced.name, fenced] as const))(
    '%s never walks the live leases',
    async (_name, fenced) => {
      const plan = (await planOf(fenced)).join('\n');
      expect(plan).toMatch(/using job_attempts_pkey/);
      expect(plan).not.toMatch(/job_attempts_live/);
    },
  );
});
