/* The worker's handler in every measurement of ours: it counts, and does nothing. */
import { countJob } from '../harness/job-counter.mjs';

export default function noop(job) {
  countJob(job.payload);
}
