import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { Browser } from '../support/browser.js';
import { System } from '../support/system.js';
import { until } from '../support/until.js';

jest.setTimeout(120_000);

const ASSETS = join(__dirname, '../../dist/client/assets');

let system: System;
let browser: Browser;
let pages: Record<string, string>;

beforeAll(async () => {
  [system, browser] = await Promise.all([System.start(), Browser.launch()]);
  const worker = await system.startWorker('worker-1');
  const dead = await system.submit({ type: 'broken', max_retries: 0, tags: ['nightly'], payload: { user: { id: 7 } } });
  const done = await system.submit({ payload: { pages: [1, 2, 3] } });
  const running = await system.submit({ type: 'slow' });
  await system.submit({ delay_seconds: 3600 });
  await system.untilStatus(dead.id, 'DEAD');
  await system.untilStatus(done.id, 'SUCCESS');
  await system.untilStatus(running.id, 'RUNNING');
  await until(async () => (await system.call<{ groups: unknown[] }>('GET', '/errors')).groups.length > 0, 15_000);
  pages = {
    overview: '/',
    jobs: '/jobs',
    'jobs that match nothing': '/jobs?queue=none-such',
    'create job': '/jobs?new=1',
    'job, payload': `/jobs/${dead.id}`,
    'job, result': `/jobs/${done.id}?tab=result`,
    'job, errors': `/jobs/${dead.id}?tab=errors`,
    'job, logs': `/jobs/${dead.id}?tab=logs`,
    'job, events': `/jobs/${running.id}?tab=events`,
    errors: '/errors',
    queues: '/queues',
    queue: '/queues/echo',
    workers: '/workers',
    worker: `/workers/${worker.id}`,
    settings: '/settings',
    login: '/login',
    'not found': '/none-such',
  };
});
afterAll(async () => {
  await browser.close();
  await system.stop();
});
afterEach(() => browser.closePages());

/** The page, once nothing is on its way any more. */
async function settle(page: Page, path: string): Promise<void> {
  await page.goto(`${system.url}/ui${path}`);
  await page.locator('h1').first().waitFor({ state: 'attached' });
  await until(() => page.evaluate(() => document.querySelector('[aria-busy=true], .animate-pulse') === null));
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  // As text: the transform of the tests would rename what is a global in the page.
  const { violations: found } = await page.evaluate<AxeResults>('axe.run()');
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(' | ')}`);
}

test.each(['light', 'dark'] as const)('no page breaks a rule of axe in the %s theme', async (colorScheme) => {
  const page = await browser.open('about:blank', { colorScheme, reducedMotion: 'reduce' });
  const broken: Record<string, string[]> = {};
  for (const [name, path] of Object.entries(pages)) {
    await settle(page, path);
    const found = await violations(page);
    if (found.length > 0) broken[name] = found;
  }
  expect(broken).toEqual({});
});

test('no page scrolls sideways on a phone, nor at 320 pixels', async () => {
  const wide: string[] = [];
  for (const width of [360, 320]) {
    const page = await browser.open('about:blank', {
      viewport: { width, height: 740 },
      hasTouch: true,
      isMobile: true,
    });
    for (const [name, path] of Object.entries(pages)) {
      await settle(page, path);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (overflow > 0) wide.push(`${name} at ${width}: ${overflow} px`);
    }
  }
  expect(wide).toEqual([]);
});

test('every page has one h1, the landmarks, and a link that skips to the content', async () => {
  const page = await browser.open('about:blank');
  for (const [name, path] of Object.entries(pages)) {
    await settle(page, path);
    expect([name, await page.locator('h1').count()]).toEqual([name, 1]);
    expect([name, await page.locator('main').count()]).toEqual([name, 1]);
  }
  await settle(page, '/queues');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await until(() => page.evaluate(() => document.activeElement?.id === 'content'));
  await page.getByRole('banner').waitFor();
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
});

describe('what is promised of weight and speed', () => {
  const gzipBytes = (file: string) => gzipSync(readFileSync(join(ASSETS, file))).length;
  const chunk = (name: string) =>
    gzipBytes(readdirSync(ASSETS).find((file) => file.startsWith(name) && file.endsWith('.js'))!);

  test('the first load stays within its budget of script and style', async () => {
    const page = await browser.open('about:blank');
    const loaded = new Set<string>();
    page.on('response', (response) => loaded.add(new URL(response.url()).pathname));
    await settle(page, '/jobs');
    const kb = (type: string) =>
      [...loaded]
        .filter((path) => path.startsWith('/ui/assets/') && path.endsWith(type))
        .reduce((sum, path) => sum + gzipBytes(path.slice('/ui/assets/'.length)), 0) / 1000;
    const sizes = {
      js: kb('.js'),
      css: kb('.css'),
      lineChart: chunk('line-chart') / 1000,
      palette: chunk('command-palette') / 1000,
    };
    process.stdout.write(`kB, gzip: ${JSON.stringify(sizes)}\n`);
    expect([...loaded].some((path) => path.endsWith('.map'))).toBe(false);
    expect(sizes.js).toBeLessThanOrEqual(180);
    expect(sizes.css).toBeLessThanOrEqual(20);
    expect(sizes.lineChart).toBeLessThanOrEqual(30);
    expect(sizes.palette).toBeLessThanOrEqual(20);
  });

  test('nothing moves while a page loads, and a page that was seen comes back at once', async () => {
    const page = await browser.open('about:blank');
    await page.addInitScript(() => {
      const seen = { shift: 0, lcp: 0 };
      Object.assign(window, { seen });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
          if (!entry.hadRecentInput) seen.shift += entry.value;
        }
      }).observe({ type: 'layout-shift', buffered: true });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) seen.lcp = entry.startTime;
      }).observe({ type: 'largest-contentful-paint', buffered: true });
    });
    const throttle = await page.context().newCDPSession(page);
    await throttle.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    const shifts: Record<string, number> = {};
    for (const path of ['/', '/jobs', '/errors', '/queues', '/workers']) {
      await settle(page, path);
      const { shift, lcp, fcp } = await page.evaluate(() => ({
        ...(window as unknown as { seen: { shift: number; lcp: number } }).seen,
        fcp: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
      }));
      process.stdout.write(
        `${path} at a quarter of the speed: FCP ${Math.round(fcp)} ms, LCP ${Math.round(lcp)} ms, CLS ${shift.toFixed(3)}\n`,
      );
      shifts[path] = shift;
    }
    for (const shift of Object.values(shifts)) expect(shift).toBeLessThanOrEqual(0.05);

    await throttle.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    const times: number[] = [];
    for (const name of ['Queues', 'Workers', 'Queues', 'Workers', 'Queues', 'Workers', 'Queues']) {
      times.push(await routeChangeMs(page, name));
    }
    // The first two fetch their code.
    const seen = times.slice(2).sort((a, b) => a - b);
    process.stdout.write(`to a page that was seen before: ${seen.map(Math.round).join(', ')} ms\n`);
    expect(seen[2]).toBeLessThanOrEqual(150);
  });

  /** From the click to the heading and the table of the other page. */
  function routeChangeMs(page: Page, name: string): Promise<number> {
    return page.evaluate(async (wanted) => {
      const link = [...document.querySelectorAll<HTMLElement>('nav[aria-label=Main] a')].find((each) =>
        each.textContent?.startsWith(wanted),
      );
      const startedAt = performance.now();
      link?.click();
      await new Promise<void>((resolve) => {
        const look = () => {
          const isThere =
            document.querySelector('h1')?.textContent === wanted &&
            document.querySelector(`table[aria-label=${wanted}]`);
          if (isThere) resolve();
          else requestAnimationFrame(look);
        };
        look();
      });
      return performance.now() - startedAt;
    }, name);
  }
});
