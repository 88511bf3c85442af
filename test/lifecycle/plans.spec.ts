import { pino } from 'pino';
import * as claim from '../../src/jobs/queries/claim-queries.js';
import * as lease from '../../src/jobs/queries/lease-queries.js';
import * as report from '../../src/jobs/queries/report-queries.js';
import { Database } from '../../src/platform/database/database.js';
import { statement, type Statement } from '../../src/platform/database/statement.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

const FINISHED = 100_000;

let testDatabase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testDatabase = await createDatabase();
  database = new Database(testDatabase.url, 6, pino({ level: 'silent' }));
  await database.sweep.query(
    statement(
      'fill_attempts',
      `INSERT INTO job_attempts (job_id, attempt_number, id, status, worker_id, lease_token, lease_expires_at, deadline_at, started_at, finished_at)
       SELECT gen_random_uuid(), 1, gen_random_uuid(), 'SUCCESS', gen_random_uuid(), gen_random_uuid(), now(), now(), now(), now()
       FROM generate_series(1, $1)`,
    ),
    [FINISHED],
  );
  await database.sweep.query(
    statement(
      'fill_jobs',
      `INSERT INTO jobs (id, queue, type, status, finished_at)
       SELECT job_id, 'q', 't', 'PENDING', NULL FROM job_attempts LIMIT $1`,
    ),
    [FINISHED],
  );
  await database.sweep.query(statement('analyze_jobs', 'ANALYZE jobs'), []);
  await database.sweep.query(statement('analyze_attempts', 'ANALYZE job_attempts'), []);
});

afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

/** The plan for any parameters: the one that prepared statements of the hot lane get. */
async function planOf({ name, text }: Statement): Promise<string> {
  const parameters = Math.max(...[...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
  const nulls = Array.from({ length: parameters }, () => 'NULL').join(', ');
  const rows = await database.lease.session(async (session) => {
    await session.query(statement(`prepare_${name}`, `PREPARE hot_${name} AS ${text}`), []);
    const plan = await session.query<{ 'QUERY PLAN': string }>(
      statement(`explain_${name}`, `EXPLAIN EXECUTE hot_${name} (${nulls})`),
      [],
    );
    await session.query(statement(`deallocate_${name}`, `DEALLOCATE hot_${name}`), []);
    return plan;
  });
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

const HOT: Statement[] = [
  claim.claimJobs,
  claim.lockReadyJobs,
  claim.findPending,
  claim.findPollAnswers,
  report.succeedJobs,
  report.lockForReport,
  report.settleAttempts,
  report.findFates,
  lease.renewLeases,
];

test.each(HOT.map((hot) => [hot.name, hot] as const))(
  '%s finds its rows by key, whatever the statistics say',
  async (_name, hot) => {
    const plan = await planOf(hot);
    expect(plan).not.toMatch(/Seq Scan on (jobs|job_attempts|poll_answers|workers)/);
    expect(plan).not.toMatch(/Hash Join|Merge Join/);
  },
);

test.each(
  [report.succeedJobs, report.lockForReport, report.settleAttempts, report.findFates, lease.renewLeases].map(
    (hot) => [hot.name, hot] as const,
  ),
)('%s, which carries a fence, never walks the index of live leases', async (_name, hot) => {
  const plan = await planOf(hot);
  expect(plan).toMatch(/Index Scan using job_attempts_pkey/);
  expect(plan).not.toMatch(/job_attempts_live/);
});
