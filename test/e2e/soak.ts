import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';
import type { Browser } from '../support/browser.js';
import type { System } from '../support/system.js';
import { until } from '../support/until.js';

/** A job changes three times: submitted, taken, finished. */
const JOBS_PER_SECOND = 17;
const WARM_UP_SECONDS = 15;

export interface Soaked {
  path: string;
  /** Share of the time in which the main thread had a task. */
  busy: number;
  /** MB between two forced collections. */
  heapGrowth: number;
  rendersPerSecond: number;
  /** Jobs submitted and worked meanwhile. */
  finished: number;
}

interface Watched {
  path: string;
  page: Page;
  devtools: CDPSession;
}

/** What pages cost that stay open while 50 changes of jobs are told each second. */
export async function soak(system: System, browser: Browser, paths: string[], seconds: number): Promise<Soaked[]> {
  const watched = await Promise.all(paths.map((path) => watch(system, browser, path)));
  await submitFor(system, WARM_UP_SECONDS);
  const before = await Promise.all(watched.map(measure));
  const startedAt = performance.now();
  const finished = await submitFor(system, seconds);
  const tookSeconds = (performance.now() - startedAt) / 1000;
  return Promise.all(
    watched.map(async (each, place) => {
      const start = before[place]!;
      const end = await measure(each);
      return {
        path: each.path,
        busy: (end.taskSeconds - start.taskSeconds) / tookSeconds,
        heapGrowth: (end.heapBytes - start.heapBytes) / 1e6,
        rendersPerSecond: (end.renders - start.renders) / tookSeconds,
        finished,
      };
    }),
  );
}

async function watch(system: System, browser: Browser, path: string): Promise<Watched> {
  const page = await browser.open(`${system.url}/ui${path}`);
  await page.locator('[data-live-state=live]').waitFor();
  await page.evaluate(() => {
    const seen = { renders: 0 };
    Object.assign(window, { seen });
    // One call for all that one render changed. Times that tick on change text only, which is not watched.
    new MutationObserver((changes) => {
      if (changes.some(({ target }) => (target as Element).closest('tbody'))) seen.renders++;
    }).observe(document.body, { subtree: true, childList: true, attributeFilter: ['data-status', 'data-job-id'] });
  });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'timeTicks' });
  return { path, page, devtools };
}

async function measure({ page, devtools }: Watched) {
  const { metrics } = await devtools.send('Performance.getMetrics');
  const renders = await page.evaluate(() => (window as unknown as { seen: { renders: number } }).seen.renders);
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  const taskSeconds = metrics.find(({ name }) => name === 'TaskDuration')!.value;
  return { taskSeconds, renders, heapBytes: usedSize };
}

/** @returns how many jobs were worked, once the last of them is */
async function submitFor(system: System, seconds: number): Promise<number> {
  const startedAt = performance.now();
  const count = seconds * JOBS_PER_SECOND;
  let last = '';
  for (let n = 0; n < count; n++) {
    await sleep(startedAt + (n * 1000) / JOBS_PER_SECOND - performance.now());
    last = (await system.submit({ payload: { n } })).id;
  }
  await until(async () => (await system.job(last)).status === 'SUCCESS', 30_000);
  return count;
}
