import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/*
 * The handlers of the run. Each execution appends its start and its end to a file of this process, outside PostgreSQL, and what it
 * returns names the attempt it was: thus the checker can tell whose result was accepted. Times are monotonic, which is one clock for all
 * processes of a machine and cannot be set.
 */

const LONG_ENOUGH_MS = 6000;

const file = openSync(join(process.env.CHAOS_EFFECTS, `${process.pid}.ndjson`), 'a');

function now() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

function note(phase, job) {
  const line = { phase, job: job.id, attempt: job.attempt, type: job.type, pid: process.pid, at: now() };
  writeSync(file, `${JSON.stringify(line)}\n`);
}

/** An execution that was told to stop, or failed, has a start and no end. */
function execution(work) {
  return async (job, context) => {
    note('start', job);
    await work(job, context);
    note('end', job);
    return { attempt: job.attempt, pid: process.pid };
  };
}

const sleep = (job, { signal }) => delay(job.payload.ms, undefined, { signal });

export default {
  quick: execution(sleep),

  /** Takes longer the second time, so that a late report of the first finds it RUNNING. */
  slow: execution(({ attempt, payload }, { signal }) =>
    delay(attempt === 1 ? payload.ms : LONG_ENOUGH_MS, undefined, { signal }),
  ),

  long: execution(sleep),
  later: execution(sleep),

  /** Fails as often as it was told, and says as which attempt. */
  flaky: execution(async (job, context) => {
    await sleep(job, context);
    if (job.retry_count < job.payload.failures) throw new Error(`attempt ${job.attempt}`);
  }),

  /** Keeps the event loop of its worker busy. */
  spin: execution((job) => {
    const endsAt = now() + job.payload.ms;
    while (now() < endsAt);
  }),

  /** Takes its worker with it, at its first attempt. */
  abort: execution(async (job, context) => {
    await sleep(job, context);
    if (job.attempt === 1) process.abort();
  }),
};
