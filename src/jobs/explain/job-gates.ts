import type { Gate, JobExplanation } from '../../contract/job.dto.js';
import type { DeadReason, JobStatus } from '../../contract/job-state.js';

/** So many jobs are counted ahead of one; past it the exact number says nothing more. */
export const MAX_AHEAD = 10_000;
/** So many jobs that hold a limit are looked at. */
export const MAX_HOLDERS = 1000;
const MAX_NAMED = 3;

/** What the database knows about why a job runs or does not. */
export interface ExplainRow {
  status: JobStatus;
  queue: string;
  type: string;
  attempt: number;
  run_at: Date | null;
  wait_until: Date | null;
  started_at: Date | null;
  finished_at: Date | null;
  error: string | null;
  dead_reason: DeadReason | null;
  cancel_requested_at: Date | null;
  worker_id: string | null;
  retry_count: number;
  max_retries: number;
  wait_seconds: number | null;
  paused_at: Date | null;
  concurrency_limit: number | null;
  /** Jobs of the queue that run; null when it has no limit. */
  holders: string[] | null;
  serving: { online: number; active: number } | null;
  ahead: number | null;
}

/**
 * Why a job does not run yet, gate by gate in the order that they are passed; of a job that runs or has ended, what became of it.
 * @param ahead how many jobs go before it, where the ready queue knows it
 */
export function explain(row: ExplainRow, ahead: number | null): JobExplanation {
  const gates = isWaiting(row) ? gatesOf(row, ahead ?? row.ahead) : [];
  return { status: row.status, summary: summaryOf(row, gates), gates };
}

function isWaiting({ status }: ExplainRow): boolean {
  return status === 'SCHEDULED' || status === 'PENDING' || status === 'RETRYING';
}

function gatesOf(row: ExplainRow, ahead: number | null): Gate[] {
  return [
    runAt(row),
    paused(row),
    limit(row),
    liveWorker(row),
    ...(row.status === 'PENDING' ? [position(row, ahead)] : []),
  ];
}

function runAt({ status, wait_until, wait_seconds, retry_count, max_retries }: ExplainRow): Gate {
  if (wait_until === null || wait_seconds === null)
    return { gate: 'run_at', is_open: true, message: 'Its time has come.' };
  const why =
    status === 'RETRYING' ? `It failed and waits for retry ${retry_count} of ${max_retries}` : 'It is scheduled';
  return {
    gate: 'run_at',
    is_open: wait_seconds <= 0,
    message:
      wait_seconds > 0
        ? `${why}, until ${wait_until.toISOString()}, in ${wait_seconds} s.`
        : 'Its time has come; it becomes ready within a second or two.',
  };
}

function paused({ queue, paused_at }: ExplainRow): Gate {
  const message =
    paused_at === null ? `Queue ${queue} is not paused.` : `Queue ${queue} is paused since ${paused_at.toISOString()}.`;
  return { gate: 'queue_paused', is_open: paused_at === null, message };
}

function limit({ queue, concurrency_limit, holders }: ExplainRow): Gate {
  if (concurrency_limit === null || holders === null) {
    return { gate: 'concurrency_limit', is_open: true, message: `Queue ${queue} has no concurrency limit.` };
  }
  const more = holders.length > MAX_NAMED ? ` and ${holders.length - MAX_NAMED} more` : '';
  const held = holders.length === 0 ? '' : `, held by ${holders.slice(0, MAX_NAMED).join(', ')}${more}`;
  return {
    gate: 'concurrency_limit',
    is_open: holders.length < concurrency_limit,
    message: `${holders.length} of at most ${concurrency_limit} jobs of queue ${queue} run${held}.`,
  };
}

function liveWorker({ queue, serving }: ExplainRow): Gate {
  const { online, active } = serving ?? { online: 0, active: 0 };
  const message =
    active > 0
      ? `${active} live ${active === 1 ? 'worker serves' : 'workers serve'} queue ${queue}.`
      : online > 0
        ? `Every live worker that serves queue ${queue} is draining.`
        : `No live worker serves queue ${queue}.`;
  return { gate: 'live_worker', is_open: active > 0, message };
}

function position({ queue }: ExplainRow, ahead: number | null): Gate {
  if (ahead === null) return { gate: 'position', is_open: true, message: 'It is being handed out.' };
  const count = ahead >= MAX_AHEAD ? `${MAX_AHEAD} or more` : String(ahead);
  const message =
    ahead === 0
      ? `It is next in queue ${queue}.`
      : `${count} ${ahead === 1 ? 'job goes' : 'jobs go'} before it in queue ${queue}.`;
  return { gate: 'position', is_open: ahead === 0, message };
}

function summaryOf(row: ExplainRow, gates: readonly Gate[]): string {
  const at = (date: Date | null) => date?.toISOString() ?? 'an unknown time';
  switch (row.status) {
    case 'RUNNING': {
      const asked = row.cancel_requested_at === null ? '' : ' It was asked to stop.';
      return `It runs as attempt ${row.attempt} on worker ${row.worker_id} since ${at(row.started_at)}.${asked}`;
    }
    case 'SUCCESS':
      return `It succeeded in attempt ${row.attempt} at ${at(row.finished_at)}.`;
    case 'FAILED':
      return `It failed in attempt ${row.attempt} at ${at(row.finished_at)} in a way that a retry cannot help.`;
    case 'DEAD':
      return row.dead_reason === 'poison'
        ? `It is dead since ${at(row.finished_at)}: too many workers were lost while they ran it.`
        : `It is dead since ${at(row.finished_at)}: all ${row.max_retries} retries are spent.`;
    case 'CANCELLED':
      return `It was cancelled at ${at(row.finished_at)}.`;
    default:
      return (
        gates.find((gate) => !gate.is_open)?.message ??
        'Nothing stands in its way; a worker takes it as soon as it has a free slot.'
      );
  }
}
