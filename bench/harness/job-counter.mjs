/*
 * Counts executed jobs inside a worker process and tells the benchmark over the process channel. Every system's handler is this: a
 * counter, and for latency the time since the job was submitted (both sides read the machine's monotonic clock).
 */
const TELL_EVERY_MS = 10;

let handled = 0;
let latencies = [];
let timer;

/** @param data the job's payload; `t` is when it was submitted, in microseconds of the monotonic clock, 0 if nobody asks */
export function countJob(data) {
  handled++;
  if (data.t > 0) latencies.push(monotonicMicros() - data.t);
  if (handled === 1) tell();
  timer ??= setTimeout(tell, TELL_EVERY_MS);
}

export function monotonicMicros() {
  return Number(process.hrtime.bigint() / 1000n);
}

function tell() {
  clearTimeout(timer);
  timer = undefined;
  if (!process.connected) return;
  process.send({ handled, latencies });
  latencies = [];
}
