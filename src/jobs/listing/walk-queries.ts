import { statement, type Statement } from '../../platform/database/statement.js';

/*
 * A list is a walk: along one index in the order of ids, one window of rows a statement, keeping what matches the rest of the filter.
 * So every page costs the same however deep it lies, and a filter that no index serves is searched piece by piece until time is up.
 *
 * Parameters of all walks: $1 low and $2 high id, both included, but for $3 (the row that the walk starts behind, or null);
 * $4 statuses, $5 type, $6 queue, $7 worker, $8 tag, $9 created_after, $10 created_before, $11 error fingerprint, $12 text, $13 payload
 * conditions, $14 attempts and $15 seconds to exceed, $16 the end of the id (null: any); $17 matches to skip, $18 rows to answer. The size of the window stands in the text: the planner has to know
 * it to prefer the index to sorting.
 */

/** Which index a walk follows. */
export const WALKS = ['created', 'status', 'type', 'queue', 'error', 'tag'] as const;
export type Walk = (typeof WALKS)[number];

export type Direction = 'up' | 'down';

/** Rows looked at by one statement: the default page, the largest one, and two steps for searches. */
export const WINDOWS = [60, 201, 2000, 20_000] as const;
export type Window = (typeof WINDOWS)[number];

/** What a walk answers: jobs as lists show them, with the beginning of their payloads or without, or ids and statuses only. */
export type Shape = 'summary' | 'preview' | 'id';

const SUMMARY = `id, type, queue, status, priority, attempt, retry_count, max_retries, lost_count, max_lost, timeout_seconds, run_at,
    worker_id, error, dead_reason, tags, cancel_requested_at, created_at, started_at, finished_at, updated_at`;
const COLUMNS: Record<Shape, string> = { summary: SUMMARY, preview: SUMMARY, id: 'id, status' };

const MATCHES = `($4::job_status[] IS NULL OR j.status = ANY ($4))
      AND ($5::text IS NULL OR j.type = $5)
      AND ($6::text IS NULL OR j.queue = $6)
      AND ($7::uuid IS NULL OR j.worker_id = $7)
      AND ($8::text IS NULL OR $8 = ANY (j.tags))
      AND ($9::timestamptz IS NULL OR j.created_at >= $9)
      AND ($10::timestamptz IS NULL OR j.created_at < $10)
      AND ($11::text IS NULL OR j.error_fingerprint IS NOT DISTINCT FROM $11)
      AND ($12::text IS NULL OR j.type ILIKE $12 OR coalesce(j.error ILIKE $12, false))
      AND ($13::jsonb IS NULL OR NOT EXISTS (
        SELECT FROM jsonb_array_elements($13::jsonb) c
        WHERE j.payload #>> ARRAY(SELECT jsonb_array_elements_text(c -> 'path')) IS DISTINCT FROM c ->> 'value'))
      AND ($14::int IS NULL OR j.attempt > $14)
      AND ($15::float8 IS NULL OR coalesce(
        extract(epoch FROM CASE WHEN j.status = 'RUNNING' THEN now() ELSE coalesce(j.finished_at, j.updated_at) END - j.started_at) > $15,
        false))
      AND ($16::text IS NULL OR right(j.id::text, length($16)) = $16)`;

interface Step {
  columns: string;
  order: 'ASC' | 'DESC';
  window: Window;
}

const IN_RANGE = 'j.id BETWEEN $1::uuid AND $2::uuid AND j.id IS DISTINCT FROM $3::uuid';

/** The rows that meet a condition, in order of ids. */
function branch({ columns, order, window }: Step, condition: string, from = 'jobs j', sort = `j.id ${order}`): string {
  const named = columns.replaceAll(/\w+/g, 'j.$&');
  return `(SELECT ${named}, (${MATCHES}) AS is_match FROM ${from} WHERE ${condition} ORDER BY ${sort} LIMIT ${window})`;
}

function rangeBranch(step: Step, condition: string, from?: string): string {
  return branch(step, `${condition} AND ${IN_RANGE}`, from);
}

/**
 * The rows of an index on (column, id) where the column has a value. Said as a stretch of that index, not as an equality: the planner
 * would walk the primary key instead when it believes the value to be frequent, and be wrong for what is frequent in old jobs only.
 */
function stretchBranch(step: Step, column: string, value: string, condition: string): string {
  return branch(
    step,
    `${condition} AND (j.${column}, j.id) >= (${value}, $1::uuid) AND (j.${column}, j.id) <= (${value}, $2::uuid) AND j.id IS DISTINCT FROM $3::uuid`,
    'jobs j',
    `j.${column} ${step.order}, j.id ${step.order}`,
  );
}

/** Branches in order of ids make one in order of ids. */
function merged(step: Step, branches: readonly string[]): string {
  return `(SELECT * FROM (${branches.join(' UNION ALL ')}) b ORDER BY id ${step.order} LIMIT ${step.window})`;
}

/** What may be listed by `jobs_side_status`. */
export const SIDE_STATUSES = ['SCHEDULED', 'RETRYING', 'FAILED', 'DEAD', 'CANCELLED'] as const;

const SOURCES: Record<Walk, (step: Step) => string> = {
  // Index: primary key.
  created: (step) => rangeBranch(step, 'true'),
  // Index: jobs_side_status; ready_jobs for PENDING jobs and claims for RUNNING ones, then the primary key.
  status: (step) =>
    merged(step, [
      ...SIDE_STATUSES.map((status) =>
        stretchBranch(step, 'side_status', `'${status}'`, `j.side_status IS NOT NULL AND '${status}' = ANY ($4)`),
      ),
      rangeBranch(
        step,
        `'PENDING' = ANY ($4) AND j.status = 'PENDING'`,
        `(SELECT id FROM ready_jobs WHERE id BETWEEN $1::uuid AND $2::uuid ORDER BY id ${step.order} LIMIT ${step.window + 1}) r
          CROSS JOIN LATERAL (SELECT * FROM jobs WHERE id = r.id OFFSET 0) j`,
      ),
      rangeBranch(
        step,
        `'RUNNING' = ANY ($4) AND j.status = 'RUNNING'`,
        `(SELECT DISTINCT claimed.job_id FROM claims c CROSS JOIN LATERAL unnest(c.job_ids) AS claimed (job_id)
          WHERE claimed.job_id BETWEEN $1::uuid AND $2::uuid ORDER BY job_id ${step.order}) a
          CROSS JOIN LATERAL (SELECT * FROM jobs WHERE id = a.job_id OFFSET 0) j`,
      ),
    ]),
  // Index: jobs_type.
  type: (step) => stretchBranch(step, 'type', '$5', 'true'),
  // Indexes: jobs_type, for a queue is mostly named like its type, and jobs_queue for the others.
  queue: (step) =>
    merged(step, [stretchBranch(step, 'type', '$6', 'true'), stretchBranch(step, 'queue', '$6', 'j.queue <> j.type')]),
  // Index: jobs_error.
  error: (step) => stretchBranch(step, 'error_fingerprint', '$11', 'j.error_fingerprint IS NOT NULL'),
  // Index: jobs_tags, in no order; then the primary key.
  tag: (step) =>
    rangeBranch(
      step,
      'true',
      `(SELECT id FROM tagged ORDER BY id ${step.order} LIMIT ${step.window}) t CROSS JOIN LATERAL (SELECT * FROM jobs WHERE id = t.id OFFSET 0) j`,
    ),
};

const TAGGED = `WITH tagged AS MATERIALIZED (
    SELECT id FROM jobs j WHERE tags @> ARRAY[$8::text] AND tags <> '{}' AND ${IN_RANGE}
  )`;

/** A tag on more jobs than that is not walked by its index, which knows no order: all of them would be sorted for each window. */
export const MOST_RARE = 20_000;

/** How many jobs carry a tag ($1), as far as `MOST_RARE` and one more. By: GET /jobs. Index: jobs_tags. */
export const countTagged = statement(
  'count_tagged',
  `SELECT count(*)::int AS n FROM (
    SELECT FROM jobs WHERE tags @> ARRAY[$1::text] AND tags <> '{}' LIMIT ${MOST_RARE + 1}
  ) t`,
);

const statements = new Map<string, Statement>();

/**
 * One window of a walk. The last row of a full window is answered whether it matches or not: it tells where the next window starts, and
 * how many matches there were. By: GET /jobs and plans of bulk actions.
 */
export function walkJobs(walk: Walk, direction: Direction, window: Window, shape: Shape): Statement {
  const name = `walk_jobs_${walk}_${direction}_${window}_${shape}`;
  const known = statements.get(name);
  if (known) return known;
  const made = statement(
    name,
    walkText(walk, shape, { columns: COLUMNS[shape], order: direction === 'up' ? 'ASC' : 'DESC', window }),
  );
  statements.set(name, made);
  return made;
}

/** Only for rows that are answered. A payload whose stored form is large is left alone: to show its beginning all of it must be read. */
const PREVIEW = `(SELECT left(p.payload::text, 200) FROM jobs p WHERE p.id = w.id AND pg_column_size(p.payload) <= 16384) AS payload_preview`;

function walkText(walk: Walk, shape: Shape, step: Step): string {
  const live = (column: string) =>
    `CASE WHEN w.status = 'RUNNING' THEN (SELECT r.${column} FROM jobs r WHERE r.id = w.id) END AS ${column}`;
  const extras =
    shape === 'id' ? [] : [live('progress'), live('progress_message'), ...(shape === 'preview' ? [PREVIEW] : [])];
  return `${walk === 'tag' ? TAGGED : ''}
  SELECT ${['w.*', ...extras].join(', ')} FROM (
    SELECT j.*, row_number() OVER o AS walked, count(*) FILTER (WHERE j.is_match) OVER o AS matched
    FROM ${SOURCES[walk](step)} j
    WINDOW o AS (ORDER BY j.id ${step.order} ROWS UNBOUNDED PRECEDING)
  ) w
  WHERE (w.is_match AND w.matched > $17) OR w.walked = ${step.window}
  ORDER BY w.id ${step.order} LIMIT $18`;
}

/** The jobs of these ids ($1), newest first. By: GET /jobs?id=, for rows that a page of the list no longer holds. Index: primary key. */
export function findJobs(shape: Exclude<Shape, 'id'>): Statement {
  return FIND_JOBS[shape];
}

function findJobsText(extras: readonly string[]): string {
  const live = ['progress', 'progress_message'].map(
    (column) => `CASE WHEN status = 'RUNNING' THEN ${column} END AS ${column}`,
  );
  return `SELECT ${[SUMMARY, ...live, ...extras].join(', ')} FROM jobs w WHERE w.id = ANY ($1::uuid[]) ORDER BY w.id DESC`;
}

const FIND_JOBS = {
  summary: statement('find_listed_jobs', findJobsText([])),
  preview: statement('find_listed_jobs_with_payload', findJobsText([PREVIEW])),
};

/** How many jobs of statuses ($1), a type ($2) and a queue ($3) there are: totals and what is not yet folded into them, in one snapshot. */
export const countJobs = statement(
  'count_listed_jobs',
  `WITH moved (queue, type, status, n) AS (
    SELECT queue, type, status, n FROM job_counts
    UNION ALL
    SELECT queue, type, to_status, n FROM job_deltas WHERE to_status IS NOT NULL
    UNION ALL
    SELECT queue, type, from_status, -n FROM job_deltas WHERE from_status IS NOT NULL
  )
  SELECT coalesce(sum(n), 0)::bigint AS n, now() AS as_of FROM moved
  WHERE ($1::job_status[] IS NULL OR status = ANY ($1)) AND ($2::text IS NULL OR type = $2) AND ($3::text IS NULL OR queue = $3)`,
);

/** The same without what is not yet folded: about a second old. */
export const countFoldedJobs = statement(
  'count_folded_jobs',
  `SELECT coalesce(sum(n), 0)::bigint AS n, now() AS as_of FROM job_counts
  WHERE ($1::job_status[] IS NULL OR status = ANY ($1)) AND ($2::text IS NULL OR type = $2) AND ($3::text IS NULL OR queue = $3)`,
);

/** A time limit for the rest of the transaction. */
export const limitTime = statement('limit_time', `SELECT set_config('statement_timeout', $1, true)`);
