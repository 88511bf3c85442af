import { setTimeout as delay } from 'node:timers/promises';
import type { Handler } from '../handler.js';

/** Takes the two seconds of a mail server and sends nothing: the simulated email of the job types. */
const email: Handler = async (job, { signal }) => {
  await delay(2000, undefined, { signal });
  const payload = job.payload as { to?: unknown } | null;
  return { simulated: true, to: payload?.to ?? null };
};

export default email;
