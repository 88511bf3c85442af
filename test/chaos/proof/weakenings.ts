import type { ChaosOptions } from '../options.js';
import type { Alteration } from '../system/product-build.js';

/** A guard that is taken out of a build, and the run in which its absence has to show. */
export interface Weakening {
  guard: string;
  /** What the build does instead. */
  instead: string;
  without: Alteration;
  /** Makes a race last longer. The sound build it is compared with gets it too. */
  widening?: Alteration;
  run: Partial<ChaosOptions>;
}

const REPORTS = 'jobs/queries/report-queries.js';

const FENCE = `WHERE a.job_id = i.job_id AND a.attempt_number = i.attempt AND a.lease_token = i.lease_token AND a.status = 'RUNNING'`;

/** How succeed_jobs ends the attempt, and what it does to the job. */
const END_OF_ATTEMPT = `ended AS (
    UPDATE job_attempts a
    SET status = 'SUCCESS', finished_at = clock.now
    FROM input i, clock
    ${FENCE}
    RETURNING a.job_id, a.attempt_number, a.started_at, a.finished_at, i.result, i.place
  )`;
const END_OF_JOB = `FROM ended e
    WHERE j.id = e.job_id AND j.status = 'RUNNING' AND j.attempt = e.attempt_number
    RETURNING j.queue, j.type, j.worker_id, e.started_at, e.finished_at, e.place
  )`;

/** Workers are away for longer than a lease that is short, and come back with results of attempts that were given to others. */
const LATE_REPORTS: Partial<ChaosOptions> = {
  seconds: 75,
  rate: 100,
  leaseSeconds: 3,
  quietSeconds: 60,
  faults: ['worker cut off for longer than its lease'],
};

export const WEAKENINGS: readonly Weakening[] = [
  {
    guard: 'fence',
    instead: 'a success is accepted for whichever attempt of the job is RUNNING',
    without: {
      patches: [{ file: REPORTS, find: FENCE, replace: `WHERE a.job_id = i.job_id AND a.status = 'RUNNING'` }],
    },
    run: LATE_REPORTS,
  },
  {
    guard: 'fence-and-status',
    instead: 'a success is accepted for the job with that id, whatever its state',
    without: {
      patches: [
        {
          file: REPORTS,
          find: END_OF_ATTEMPT,
          replace: `closed AS (
    UPDATE job_attempts a SET status = 'SUCCESS', finished_at = clock.now FROM input i, clock
    WHERE a.job_id = i.job_id AND a.attempt_number = i.attempt AND a.status = 'RUNNING'
  ),
  ended AS (
    SELECT i.job_id, i.attempt AS attempt_number, a.started_at, clock.now AS finished_at, i.result, i.place
    FROM input i JOIN job_attempts a ON a.job_id = i.job_id AND a.attempt_number = i.attempt, clock
  )`,
        },
        {
          file: REPORTS,
          find: END_OF_JOB,
          replace: `FROM ended e
    WHERE j.id = e.job_id
    RETURNING j.queue, j.type, j.worker_id, e.started_at, e.finished_at, e.place
  )`,
        },
      ],
    },
    run: LATE_REPORTS,
  },
  {
    guard: 'attempt-before-job',
    instead: 'a success updates the job first, joined with the attempt as it was when the statement began',
    without: {
      patches: [
        {
          file: REPORTS,
          find: END_OF_ATTEMPT,
          replace: `ended AS (
    SELECT a.job_id, a.attempt_number, a.started_at, clock.now AS finished_at, i.result, i.place
    FROM input i JOIN job_attempts a ON a.job_id = i.job_id AND a.attempt_number = i.attempt
      AND a.lease_token = i.lease_token AND a.status = 'RUNNING', clock
  )`,
        },
        {
          file: REPORTS,
          find: END_OF_JOB,
          replace: `FROM ended e
    WHERE j.id = e.job_id
    RETURNING j.id, j.queue, j.type, e.attempt_number AS attempt, j.worker_id, e.started_at, e.finished_at, e.place
  ),
  closed AS (
    UPDATE job_attempts a SET status = 'SUCCESS', finished_at = s.finished_at FROM settled s
    WHERE a.job_id = s.id AND a.attempt_number = s.attempt AND a.status = 'RUNNING'
  )`,
        },
      ],
    },
    widening: {
      patches: [
        {
          file: 'jobs/job-store.js',
          find: 'return this.settle(transaction, overrun, endingOf);',
          replace: `if (overrun.length > 0) await new Promise((resolve) => setTimeout(resolve, 1500));
            return this.settle(transaction, overrun, endingOf);`,
        },
      ],
    },
    run: LATE_REPORTS,
  },
  {
    guard: 'queue-repair',
    instead: 'the sweep that repairs the ready ids in Redis does nothing',
    without: {
      patches: [
        { file: 'health-monitor/sweeps/repair-ready-queue.js', find: 'queue.repair()', replace: 'Promise.resolve()' },
      ],
    },
    run: {
      seconds: 60,
      rate: 100,
      quietSeconds: 45,
      leaseSeconds: 3,
      faults: ['orchestrator kill -9', 'Redis memory full (noeviction)'],
    },
  },
  {
    guard: 'hold-off',
    instead: 'leases are called expired at once when PostgreSQL is back',
    without: {
      patches: [
        {
          file: 'jobs/queries/lease-queries.js',
          find: 'WHERE NOT tick.is_held AND j.status',
          replace: 'WHERE j.status',
        },
      ],
    },
    run: {
      seconds: 60,
      leaseSeconds: 6,
      outageSeconds: 10,
      quietSeconds: 60,
      faults: ['PostgreSQL frozen', 'PostgreSQL stopped'],
    },
  },
  {
    guard: 'sorted-batches',
    instead: 'batches lock their rows in the order in which they came',
    without: {
      patches: [
        {
          file: 'jobs/submission.js',
          find: `return jobs.sort((a, b) => compare(a.idempotencyKey ?? '', b.idempotencyKey ?? '') || compare(a.id, b.id));`,
          replace: 'return jobs;',
        },
        { file: 'jobs/reports.js', find: '.sort((a, b) => (a.job_id < b.job_id ? -1 : 1))', replace: '' },
        { file: 'jobs/leases.js', find: '.sort((a, b) => (a.job_id < b.job_id ? -1 : 1))', replace: '' },
      ],
    },
    widening: {
      sql: [
        `CREATE FUNCTION chaos.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_sleep(0.003);
          RETURN NEW;
        END $$`,
        'CREATE TRIGGER dawdle BEFORE INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION chaos.dawdle()',
      ],
    },
    run: { seconds: 30, rate: 20, leaseSeconds: 6, quietSeconds: 60, faults: ['links are reset'] },
  },
  {
    guard: 'synchronous-commit',
    instead: 'a commit is answered before it is on disk (synchronous_commit = off), and the database crashes',
    without: { sql: ['ALTER SYSTEM SET synchronous_commit = off', 'SELECT pg_reload_conf()'] },
    run: {
      seconds: 40,
      rate: 100,
      leaseSeconds: 6,
      quietSeconds: 60,
      faults: ['PostgreSQL stopped with -m immediate'],
    },
  },
];

/** @throws Error for a guard that is not in the table */
export function findWeakening(guard: string): Weakening {
  const found = WEAKENINGS.find((weakening) => weakening.guard === guard);
  if (!found)
    throw new Error(`There is no guard "${guard}". There are: ${WEAKENINGS.map((each) => each.guard).join(', ')}`);
  return found;
}
