import { setTimeout as delay } from 'node:timers/promises';
import type { Handler } from '../handler.js';

/** Fails after one second, every time: to watch retries, backoff and dead letters. */
const fail: Handler = async (job, { signal }) => {
  await delay(1000, undefined, { signal });
  throw new Error(`Attempt ${job.attempt} failed, as jobs of type "fail" always do.`);
};

export default fail;
