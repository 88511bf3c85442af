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

/** How succeed_jobs finds the job whose attempt a report is about. */
const FENCE = `WHERE j.id = i.job_id AND j.status = 'RUNNING' AND j.attempt = i.attempt AND j.lease_token = i.lease_token
    RETURNING j.queue`;

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
      patches: [
        { file: REPORTS, find: FENCE, replace: `WHERE j.id = i.job_id AND j.status = 'RUNNING' RETURNING j.queue` },
      ],
    },
    run: LATE_REPORTS,
  },
  {
    guard: 'fence-and-status',
    instead: 'a success is accepted for the job with that id, whatever its state',
    without: { patches: [{ file: REPORTS, find: FENCE, replace: 'WHERE j.id = i.job_id RETURNING j.queue' }] },
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
          find: 'WHERE NOT tick.is_held AND',
          replace: 'WHERE',
        },
      ],
    },
    // Heartbeats wait longer for one another, so that the reap comes before those that waited for the database.
    widening: {
      patches: [{ file: 'jobs/leases.js', find: 'HEARTBEAT_GATHER_MS = 100', replace: 'HEARTBEAT_GATHER_MS = 1000' }],
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
