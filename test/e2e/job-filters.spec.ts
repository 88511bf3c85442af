import type { Page } from 'playwright-core';
import { Browser } from '../support/browser.js';
import { System } from '../support/system.js';
import { until } from '../support/until.js';

jest.setTimeout(60_000);

let system: System;
let browser: Browser;

beforeAll(async () => {
  [system, browser] = await Promise.all([System.start(), Browser.launch()]);
  await system.startWorker('worker-1', { queues: 'echo,broken' });
});
afterAll(async () => {
  await browser.close();
  await system.stop();
});
afterEach(async () => {
  await browser.closePages();
  expect(browser.takeProblems()).toEqual([]);
});

const row = (page: Page, id: string) => page.locator(`tr[data-job-id="${id}"]`);

/** The list, live. */
async function openJobs(query = ''): Promise<Page> {
  const page = await browser.open(`${system.url}/ui/jobs${query}`);
  await page.locator('[data-live-state=live]').waitFor();
  await page.getByRole('table', { name: 'Jobs' }).or(page.getByText('No jobs')).first().waitFor();
  return page;
}

test('every filter is in the URL, survives a reload, and goes and comes with Back and Forward', async () => {
  const id = await system.submitAll([{ queue: 'filtered', tags: ['blue'], payload: { user: { id: 7 } } }]);
  const page = await openJobs();
  const param = (name: string) => new URL(page.url()).searchParams.get(name);
  const follow = async (steps: readonly [() => Promise<unknown>, string, string][]) => {
    for (const [act, name, value] of steps) {
      await act();
      await until(() => param(name) === value);
    }
  };
  const search = page.getByRole('searchbox', { name: 'Search jobs' });
  const type = async (text: string) => {
    await search.fill(text);
    await search.press('Enter');
  };
  await follow([
    [
      () =>
        page
          .getByRole('navigation', { name: 'Filter by status' })
          .getByRole('link', { name: /^Pending/ })
          .click(),
      'status',
      'PENDING',
    ],
    [() => page.getByRole('combobox', { name: 'Queue' }).selectOption('filtered'), 'queue', 'filtered'],
    [() => page.getByRole('combobox', { name: 'Created' }).selectOption('-1h'), 'from', '-1h'],
    [() => type('tag:blue'), 'tag', 'blue'],
    [() => type('type:echo'), 'type', 'echo'],
    [() => type('payload.user.id:7'), 'payload.user.id', '7'],
    [() => page.getByRole('button', { name: 'Created' }).click(), 'sort', 'created_at'],
    [() => page.getByLabel('Rows').selectOption('25'), 'size', '25'],
  ]);
  await row(page, id[0]!).waitFor();
  expect(await page.locator('tr[data-job-id]').count()).toBe(1);

  await page.reload();
  await row(page, id[0]!).waitFor();
  expect(await page.getByRole('combobox', { name: 'Queue' }).inputValue()).toBe('filtered');
  await page.getByRole('button', { name: 'Remove filter payload.user.id: 7' }).click();
  await until(() => param('payload.user.id') === null);

  const { length } = ['status', 'queue', 'from', 'tag', 'type', 'payload', 'sort', 'size', 'removal'];
  for (let step = 0; step < length; step++) await page.goBack();
  await until(() => new URL(page.url()).search === '');
  for (let step = 0; step < length; step++) await page.goForward();
  await until(() => param('size') === '25' && param('payload.user.id') === null && param('tag') === 'blue');
  await row(page, id[0]!).waitFor();
});

test('the statuses that are shown are marked, and no others', async () => {
  await system.submit({ type: 'broken', queue: 'nobody-serves-it' });
  for (const [query, marked] of [
    ['', ['All']],
    ['?status=DEAD', ['Dead']],
    ['?status=PENDING,DEAD&size=25', ['Pending', 'Dead']],
  ] as const) {
    const page = await openJobs(query);
    const links = page.getByRole('navigation', { name: 'Filter by status' }).locator('[aria-current=page]');
    const names = (await links.allInnerTexts()).map((text) => text.trim().split(/\s/)[0]);
    expect(names).toEqual(marked);
  }
});

test('a filter that makes no sense is shown as such, can be removed, and an unknown one is named', async () => {
  const page = await openJobs('?worker=nobody&colour=red');
  await page.getByText('worker: nobody (invalid)').waitFor();
  expect(await page.getByText('colour: red').count()).toBe(0);
  await page.getByRole('button', { name: 'Remove filter worker: nobody' }).click();
  await until(() => !page.url().includes('worker'));
  const search = page.getByRole('searchbox', { name: 'Search jobs' });
  await search.fill('colour:red');
  await search.press('Enter');
  await page.getByText('“colour:” is not a filter.').waitFor();
});

test('attempts and durations are filters too, and the beginning of payloads a column that can be switched off', async () => {
  const { id } = await system.submit({
    type: 'broken',
    max_retries: 1,
    backoff: { kind: 'fixed', base_seconds: 0, cap_seconds: 0 },
    payload: { shelf: 'B7' },
  });
  await system.untilStatus(id, 'DEAD');
  const page = await openJobs('?type=broken');
  const search = page.getByRole('searchbox', { name: 'Search jobs' });
  for (const [typed, count] of [
    ['attempt:>1', 1],
    ['attempt:>2', 0],
    ['attempt:>1 duration:>10s', 0],
    ['duration:>0ms', 1],
  ] as const) {
    await page.goto(`${system.url}/ui/jobs?type=broken`);
    await search.fill(typed);
    await search.press('Enter');
    await page.getByRole('list', { name: 'Filters' }).waitFor();
    await until(async () => (await row(page, id).count()) === count);
  }
  const asked = () => page.waitForRequest((request) => request.url().includes('include=payload_preview'));
  const [request] = await Promise.all([
    asked(),
    (async () => {
      await page.getByRole('button', { name: 'Columns' }).click();
      await page.getByRole('menuitemcheckbox', { name: 'Payload' }).click();
    })(),
  ]);
  expect(request.url()).toContain('/jobs?');
  await row(page, id).getByText('{"shelf": "B7"}').waitFor();

  await page.goto(`${system.url}/ui/settings`);
  await page.getByRole('group', { name: 'Payload previews in lists' }).getByText('Off').click();
  await page.goto(`${system.url}/ui/jobs?type=broken`);
  await row(page, id).waitFor();
  expect(await page.getByRole('columnheader', { name: 'Payload' }).count()).toBe(0);
});
