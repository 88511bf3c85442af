/*
 * `node --import ./test/support/typescript.mjs test/jobs/explain-job-lists.ts [jobs] [file]`: how long each filter of GET /jobs takes
 * over so many jobs, and the plan of its statement, into docs/explain-job-lists.md.
 */
import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { pino } from 'pino';
import type { JobList, ListJobsQuery } from '../../src/contract/job.dto.js';
import { JobLists } from '../../src/jobs/listing/job-lists.js';
import { JobTotals } from '../../src/jobs/listing/job-totals.js';
import { JobWalker } from '../../src/jobs/listing/job-walker.js';
import { SearchTurns } from '../../src/jobs/listing/search-turns.js';
import { writeCursor } from '../../src/jobs/listing/job-cursor.js';
import { Database } from '../../src/platform/database/database.js';
import { statement, type Statement } from '../../src/platform/database/statement.js';
import { connected, startPostgres } from '../support/postgres.js';
import { fillWithJobs, WORKER } from './many-jobs.js';

const jobs = Number(process.argv[2] ?? 1_000_000);
const file = process.argv[3] ?? 'docs/explain-job-lists.md';
const CALLS = 60;

const QUERIES: [string, ListJobsQuery][] = [
  ['no filter', {}],
  ['status=SCHEDULED', { status: ['SCHEDULED'] }],
  ['status=PENDING', { status: ['PENDING'] }],
  ['status=RUNNING', { status: ['RUNNING'] }],
  ['status=RETRYING', { status: ['RETRYING'] }],
  ['status=SUCCESS', { status: ['SUCCESS'] }],
  ['status=FAILED', { status: ['FAILED'] }],
  ['status=DEAD', { status: ['DEAD'] }],
  ['status=CANCELLED', { status: ['CANCELLED'] }],
  ['status=FAILED,DEAD,RUNNING,PENDING', { status: ['FAILED', 'DEAD', 'RUNNING', 'PENDING'] }],
  ['type', { type: 'type-3' }],
  ['queue, named like its type', { queue: 'type-3' }],
  ['queue, of its own', { queue: 'shared' }],
  ['error', { error: 'fingerprint-7' }],
  ['tag on every tenth job', { tag: 'common' }],
  ['tag on every 1,000th job', { tag: 'rare' }],
  ['worker_id', { worker_id: WORKER }],
  ['q, an id', { q: '' }],
  ['created_after', { created_after: '' }],
  ['status=DEAD and type', { status: ['DEAD'], type: 'type-3' }],
  ['page 1,000 by cursor', { cursor: '' }],
  ['page 1,000 by cursor, of a type', { cursor: '', type: 'type-3' }],
  ['page 1,000 by offset', { offset: 9990, limit: 10 }],
  ['with payload_preview', { include: ['payload_preview'] }],
  ['status=RUNNING and seconds_above', { status: ['RUNNING'], seconds_above: 10 }],
  ['type and attempts_above', { type: 'type-3', attempts_above: 0 }],
  ['attempts_above, no index: a walk over all jobs, two seconds at most', { attempts_above: 5 }],
  ['payload.n, no index: the search ends after two seconds', { payload: { n: '-1' } }],
];

const server = await startPostgres();
const database = new Database(server.url, 8, pino({ level: 'silent' }));
const asked: { statement: Statement; values: readonly unknown[] }[] = [];
const query = database.read.query.bind(database.read);
database.read.query = (sql: Statement, values: readonly unknown[], signal?: AbortSignal) => {
  asked.push({ statement: sql, values });
  return query(sql, values, signal) as never;
};
const lists = new JobLists(new JobWalker(database, new SearchTurns(database)), new JobTotals(database));

try {
  await connected(server.url, (client) => fillWithJobs(client, jobs));
  const sections: string[] = [];
  const rows: string[] = [];
  for (const [name, template] of QUERIES) {
    const measured = await measure(await filledIn(template));
    rows.push(`| ${name} | ${ms(measured.p50)} | ${ms(measured.p95)} | ${measured.found} |`);
    sections.push(`## ${name}\n\n${measured.walks} statement(s); the last:\n\n\`\`\`\n${measured.plan}\n\`\`\`\n`);
    process.stderr.write(`${rows.at(-1)}\n`);
  }
  await writeFile(file, page(rows, sections));
} finally {
  await database.close();
  await server.stop();
}

/** The 1,000th page and its like, as this table has them. */
async function filledIn(template: ListJobsQuery): Promise<ListJobsQuery> {
  const filled = { ...template };
  if (template.cursor === '') {
    const text = `SELECT id, created_at FROM jobs WHERE $1::text IS NULL OR type = $1 ORDER BY id DESC OFFSET least(49950, ${jobs / 40}) LIMIT 1`;
    const [row] = await query<{ id: string }>(statement('deep', text), [template.type ?? null]);
    filled.cursor = writeCursor({ side: 'after', id: row!.id }, '-created_at');
  }
  const [middle] = await query<{ id: string; created_at: Date }>(
    statement('middle', 'SELECT id, created_at FROM jobs ORDER BY id OFFSET $1 LIMIT 1'),
    [Math.floor(jobs / 2)],
  );
  if (template.q === '') filled.q = middle!.id;
  if (template.created_after === '') filled.created_after = middle!.created_at.toISOString();
  return filled;
}

async function measure(listQuery: ListJobsQuery) {
  const took: number[] = [];
  let found: JobList | undefined;
  const calls = listQuery.payload || listQuery.attempts_above === 5 ? 1 : CALLS;
  for (let call = 0; call < calls; call++) {
    asked.length = 0;
    const startedAt = performance.now();
    found = await lists.list(listQuery, { caller: '' });
    took.push(performance.now() - startedAt);
  }
  took.sort((a, b) => a - b);
  const walks = asked.filter((each) => each.statement.name.startsWith('walk_jobs'));
  const last = walks.at(-1)!;
  const lines = await query<{ 'QUERY PLAN': string }>(
    statement(`explain_${last.statement.name}`, `EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) ${last.statement.text}`),
    last.values,
  );
  return {
    p50: took[Math.floor(took.length / 2)]!,
    p95: took[Math.min(took.length - 1, Math.floor(took.length * 0.95))]!,
    found: `${found!.jobs.length}${found!.is_partial ? ', partial' : ''}, of ${found!.total ?? `about ${found!.total_estimate ?? '?'}`}`,
    walks: walks.length,
    plan: lines
      .map((line) => line['QUERY PLAN'])
      .filter((line) => !/^\s*(Filter|Output): /.test(line))
      .join('\n'),
  };
}

function ms(value: number): string {
  return value.toFixed(1);
}

function page(rows: string[], sections: string[]): string {
  return `# Plans of the job list

What \`GET /jobs\` asks PostgreSQL over ${jobs.toLocaleString('en')} jobs, and how long the whole of it takes: the page, its total, and what the
driver makes of them; in milliseconds, ${CALLS} calls each, data in memory. The machine was at a load of ${loadavg()[0]!.toFixed(1)} on ${availableParallelism()} cores.
Written by \`test/jobs/explain-job-lists.ts\`. Lines that only repeat the filter are left out.

| filter | p50 | p95 | jobs |
| --- | ---: | ---: | --- |
${rows.join('\n')}

${sections.join('\n')}`;
}
