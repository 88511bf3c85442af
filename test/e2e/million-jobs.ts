import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { inspect, parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import type { JobList } from '../../src/contract/job.dto.js';
import { fillWithJobs, WORKER } from '../jobs/many-jobs.js';
import { Browser } from '../support/browser.js';
import { connected, startPostgres } from '../support/postgres.js';
import { startRedis } from '../support/redis.js';
import { System } from '../support/system.js';
import { soak, type Soaked } from './soak.js';

/*
 * `npm run measure-dashboard -- [--jobs 1000000] [--seconds 600] [--file docs/dashboard-figures.md]`: how soon each page of the dashboard
 * shows its content over so many jobs, and what it costs a browser that stays open while jobs come and go.
 */
const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '600' },
    file: { type: 'string', default: 'docs/dashboard-figures.md' },
  },
});
const jobs = Number(values.jobs);
const seconds = Number(values.seconds);

const LOADS = 15;
const ROW = 'tr[data-job-id]';
/** What is opened, and what shows that its content is there. */
const PAGES: [name: string, path: string, content: string][] = [
  ['Jobs', '/jobs', ROW],
  ['Jobs, 100 rows', '/jobs?size=100', ROW],
  ['Jobs of a status', '/jobs?status=DEAD', ROW],
  ['Jobs of several statuses', '/jobs?status=FAILED,DEAD,RUNNING', ROW],
  ['Jobs of a queue', '/jobs?queue=shared', ROW],
  ['Jobs of a type', '/jobs?type=type-3', ROW],
  ['Jobs of a worker', `/jobs?worker=${WORKER}`, ROW],
  ['Jobs with a common tag', '/jobs?tag=common', ROW],
  ['Jobs with a rare tag', '/jobs?tag=rare', ROW],
  ['Jobs with an error', '/jobs?error=fingerprint-7', ROW],
  ['Jobs since an hour', '/jobs?from=-1h', ROW],
  ['Jobs, page 1,000', '/jobs?cursor=', ROW],
  ['Overview', '/', 'main a[href*="status=DEAD"]'],
  ['Queues', '/queues', 'table[aria-label=Queues] tbody tr:not([aria-hidden])'],
  ['Workers', '/workers', 'table[aria-label=Workers] tbody tr:not([aria-hidden])'],
  ['Errors', '/errors', 'table[aria-label=Errors] tbody tr:not([aria-hidden])'],
];

interface Loaded {
  name: string;
  p50: number;
  p95: number;
  /** The slowest answer of the API that the page asked for, at its median. */
  answer: number;
  rows: number;
}

/** What was started, to be stopped in the opposite order. */
const stops: (() => Promise<void>)[] = [];

async function stopAll(): Promise<void> {
  for (let stop = stops.pop(); stop; stop = stops.pop()) await stop();
}

async function main(): Promise<void> {
  const redis = await startRedis();
  stops.push(() => redis.stop());
  const postgres = await startPostgres();
  stops.push(() => postgres.stop());
  say(`filling ${jobs.toLocaleString('en')} jobs …`);
  await connected(postgres.url, (client) => fillWithJobs(client, jobs));
  const system = await System.start({ 'redis-url': redis.url }, postgres.url);
  stops.push(() => system.stop());
  const browser = await Browser.launch();
  stops.push(() => browser.close());
  // Not the filled ones that wait, which would keep it busy.
  await system.startWorker('worker-1', { concurrency: 10, queues: 'echo,refused' });
  // One group of errors: those of the filled jobs were never reported, so nothing counted them.
  const failed = await system.submit({ type: 'refused' });
  await system.untilStatus(failed.id, 'FAILED');
  const cursor = await cursorOfPage(system, 1000);
  const loaded: Loaded[] = [];
  for (const [name, path, content] of PAGES) {
    const url = system.url + '/ui' + path.replace(/cursor=$/, `cursor=${cursor}`);
    loaded.push(await load(browser, name, url, content));
    say(loadedLine(loaded.at(-1)!));
  }
  const soaked = seconds > 0 ? await soak(system, browser, ['/jobs', '/'], seconds) : [];
  for (const each of soaked) say(soakedLine(each));
  await writeFile(values.file, asMarkdown(loaded, soaked));
}

async function cursorOfPage(system: System, page: number): Promise<string> {
  let cursor = '';
  for (let turned = 1; turned < page; turned += 4) {
    const list = await system.call<JobList>('GET', `/jobs?limit=200${cursor && `&cursor=${cursor}`}`);
    if (!list.next_cursor) break;
    cursor = encodeURIComponent(list.next_cursor);
  }
  return cursor;
}

/** Loads the page again and again in one profile, as someone does who works with it: the code is in the browser's cache. */
async function load(browser: Browser, name: string, url: string, content: string): Promise<Loaded> {
  const page = await browser.open('about:blank');
  const took: number[] = [];
  const answers: number[] = [];
  let rows = 0;
  for (let turn = 0; turn <= LOADS; turn++) {
    const one = await loadOnce(page, url, content);
    rows = Math.max(rows, one.rows);
    if (turn === 0) continue;
    took.push(one.took);
    answers.push(one.answer);
  }
  await browser.closePages();
  return { name, p50: quantile(took, 0.5), p95: quantile(took, 0.95), answer: quantile(answers, 0.5), rows };
}

async function loadOnce(page: Page, url: string, content: string) {
  await page.goto('about:blank');
  await page.addInitScript((selector) => {
    const look = () => {
      if (document.querySelector(selector)) performance.mark('content');
      else requestAnimationFrame(look);
    };
    look();
  }, content);
  await page.goto(url);
  await page.waitForFunction(() => performance.getEntriesByName('content').length > 0);
  return page.evaluate(() => {
    const answers = performance
      .getEntriesByType('resource')
      .filter(
        (entry) => (entry as PerformanceResourceTiming).initiatorType === 'fetch' && !entry.name.includes('/events'),
      );
    return {
      took: performance.getEntriesByName('content')[0]!.startTime,
      answer: Math.max(0, ...answers.map((entry) => entry.duration)),
      rows: document.querySelectorAll('tr').length,
    };
  });
}

function quantile(numbers: number[], q: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0);
}

function loadedLine({ name, p50, p95, answer, rows }: Loaded): string {
  return `| ${name} | ${p50} | ${p95} | ${answer} | ${rows} |`;
}

function soakedLine({ path, busy, heapGrowth, rendersPerSecond, finished }: Soaked): string {
  const name = path === '/' ? 'Overview' : 'Jobs';
  const renders = path === '/' ? '' : rendersPerSecond.toFixed(2);
  return `| ${name} | ${(busy * 100).toFixed(1)} % | ${heapGrowth.toFixed(1)} MB | ${renders} | ${finished.toLocaleString('en')} |`;
}

function asMarkdown(loaded: Loaded[], soaked: Soaked[]): string {
  return `# The dashboard over ${jobs.toLocaleString('en')} jobs

Written by \`npm run measure-dashboard\`: the built system with its own PostgreSQL and Redis, and a real Chromium, all
on the same ${availableParallelism()} cores (a load of ${loadavg()[0]!.toFixed(1)} at the end).

## How soon a page is there

From the navigation to the first frame that holds the content, in milliseconds, over ${LOADS} loads with the code in the browser's cache;
the slowest answer of the API among those the page asks for until then; and the table rows in the document, which are bounded.

| page | p50 | p95 | slowest answer, p50 | rows |
| --- | ---: | ---: | ---: | ---: |
${loaded.map(loadedLine).join('\n')}

## A page that stays open

For ${seconds} s jobs are submitted and worked so that 50 changes of a job are told each second, and both pages follow them. The share of
the time in which the main thread had a task, the growth of the heap between two forced collections, and how often each second the list was
changed. The promises: under 20 %, under 20 MB, at most 2.

| page | main thread busy | heap growth | list renders/s | jobs finished |
| --- | ---: | ---: | ---: | ---: |
${soaked.map(soakedLine).join('\n')}
`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => void stopAll().finally(() => process.exit(130)));
}

void main()
  .then(
    () => 0,
    (error: unknown) => {
      process.stderr.write(`${inspect(error)}\n`);
      return 1;
    },
  )
  .then((code) => stopAll().finally(() => process.exit(code)));
