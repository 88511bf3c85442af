import { setTimeout as delay } from 'node:timers/promises';
import type { Handler } from '../handler.js';

/** Any job type without a handler of its own: succeeds after one second. */
const handleAny: Handler = async (job, { signal }) => {
  await delay(1000, undefined, { signal });
  return { type: job.type };
};

export default handleAny;
