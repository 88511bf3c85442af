import { pino } from 'pino';
import { Database } from '../../src/platform/database/database.js';
import { statement, type Statement } from '../../src/platform/database/statement.js';
import { claimJobs, findPending, findPollAnswers } from '../../src/jobs/queries/claim-queries.js';
import { renewLeases } from '../../src/jobs/queries/lease-queries.js';
import { findFates, lockForReport, settleAttempts, succeedJobs } from '../../src/jobs/queries/report-queries.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

let postgres: TestDatabase;
let database: Database;

beforeAll(async () => {
  postgres = await createDatabase();
  database = new Database(postgres.url, 6, pino({ level: 'silent' }));
});

afterAll(async () => {
  await database.close();
  await postgres.drop();
});

const HOT = { claimJobs, findPending, findPollAnswers, renewLeases, findFates, lockForReport, settleAttempts, succeedJobs };

/** The scans of a big table that begin at no key. */
async function unboundScans({ name, text }: Statement): Promise<string[]> {
  const parameters = new Set(text.match(/\$\d+/g)).size;
  return database.lease.session(async (session) => {
    await session.query(statement(`prepare_${name}`, `PREPARE ${name} AS ${text}`), []);
    const nulls = Array(parameters).fill('NULL').join(', ');
    const rows = await session.query<{ 'QUERY PLAN': string }>(
      statement(`explain_${name}`, `EXPLAIN (COSTS OFF) EXECUTE ${name}(${nulls})`),
      [],
    );
    const lines = rows.map((row) => row['QUERY PLAN']);
    return lines.filter((line, index) => {
      return /Scan.* on (jobs|job_attempts|poll_answers)\b/.test(line) && !lines[index + 1]?.includes('Index Cond');
    });
  });
}

// A connection plans each statement once and keeps the plan: that of the first minute, when there was nothing, must serve for ever.
test.each(Object.entries(HOT))('%s goes by key though it was planned when the tables were empty', async (_name, hot) => {
  expect(await unboundScans(hot)).toEqual([]);
});
