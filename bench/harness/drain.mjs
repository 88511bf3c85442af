import { setTimeout as delay } from 'node:timers/promises';
import { round } from './processes.mjs';

/**
 * Starts the workers on what waits and measures from the moment when every one of them has executed a job, so that no system pays for
 * its start, until all is done and acknowledged, or until `take` more are executed.
 */
export async function measureDrain(session, { workers, waiting, take }) {
  await session.startWorkers(workers);
  await session.untilWorkers(() => session.workers.every(({ handled }) => handled > 0), 'the first jobs');
  const cpu = session.startCpuClock();
  const start = performance.now();
  const before = session.handled;
  const goal = take === undefined ? waiting : Math.min(before + take, waiting);
  await session.untilWorkers(() => session.handled >= goal, `${goal} jobs`);
  let reached = session.handled;
  if (take === undefined) {
    while ((await session.client.call('remaining')) > 0) await delay(5);
    reached = waiting;
  }
  const seconds = (performance.now() - start) / 1000;
  return { value: round((reached - before) / seconds), seconds: round(seconds, 2), jobs: reached - before, cpu: cpu() };
}
