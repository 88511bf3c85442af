import type { Page } from 'playwright-core';
import type { JobList } from '../../src/contract/job.dto.js';
import { Browser } from '../support/browser.js';
import { System } from '../support/system.js';
import { until } from '../support/until.js';

jest.setTimeout(60_000);

let system: System;
let browser: Browser;

beforeAll(async () => {
  [system, browser] = await Promise.all([System.start(), Browser.launch()]);
  await system.startWorker('worker-1');
});
afterAll(async () => {
  await browser.close();
  await system.stop();
});
afterEach(async () => {
  await browser.closePages();
  expect(browser.takeProblems()).toEqual([]);
});

async function openJob(id: string, query = ''): Promise<Page> {
  const page = await browser.open(`${system.url}/ui/jobs/${id}${query}`);
  await page.locator('[data-live-state=live]').waitFor();
  return page;
}

test('a number beyond 2^53 is shown with every digit, and runs again with every digit', async () => {
  const { id } = await system.call<{ id: string }>(
    'POST',
    '/jobs',
    '{"type":"echo","payload":{"id":1970670598291982290}}',
  );
  const page = await openJob(id);
  await page.getByRole('region', { name: 'Payload' }).getByText('1970670598291982290').waitFor();
  await page.getByRole('button', { name: 'Edit & run as new' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create job' });
  expect(await dialog.getByLabel('Payload (JSON)').inputValue()).toContain('1970670598291982290');
  await dialog.getByRole('button', { name: 'Create job' }).click();
  await page
    .getByRole('region', { name: /Notifications/ })
    .getByRole('link', { name: 'View' })
    .click();
  await until(() => !page.url().includes(id));
  await page.getByRole('region', { name: 'Payload' }).getByText('1970670598291982290').waitFor();
});

test('markup in payloads, errors and tags stays text', async () => {
  const markup = '<img src=x onerror="window.wasRun = true">';
  const { id } = await system.submit({
    type: 'refused',
    payload: { [markup]: markup },
    metadata: { [markup]: markup },
  });
  await system.untilStatus(id, 'FAILED');
  const page = await openJob(id);
  await page.getByRole('region', { name: 'Payload' }).getByText(markup).first().waitFor();
  await page.getByRole('tab', { name: 'Errors' }).click();
  await page.getByText(`${markup} is no address`).first().waitFor();
  await page.goto(`${system.url}/ui/errors`);
  await page.getByRole('table', { name: 'Errors' }).getByText('is no address').first().waitFor();
  expect(await page.evaluate(() => 'wasRun' in window)).toBe(false);
  expect(await page.locator('img').count()).toBe(0);
});

test('attempts, errors, logs and who did what are told on the page of a job that failed', async () => {
  const { id } = await system.submit({
    type: 'broken',
    max_retries: 1,
    backoff: { kind: 'fixed', base_seconds: 0.1, cap_seconds: 1 },
  });
  await system.untilStatus(id, 'DEAD');
  const page = await openJob(id);
  await page.getByText('Dead', { exact: true }).first().waitFor();
  await page.getByRole('button', { name: /#2 Failed/ }).click();
  await page.getByText('TemplateError: The template has no variable name').waitFor();

  await page.keyboard.press('3');
  await page.getByText('same error ×2').waitFor();
  await page.keyboard.press('4');
  await page.getByRole('log', { name: 'Logs' }).getByText('rendering').first().waitFor();
  await page.getByRole('button', { name: 'Retry', exact: true }).click();
  await until(async () => (await system.job(id)).attempt > 2);
  await page.keyboard.press('5');
  await page.getByRole('tabpanel', { name: 'Events' }).getByText('retry').waitFor();

  // The group is folded by a sweep, a moment after the failures.
  await page.keyboard.press('3');
  await page.getByRole('link', { name: /with this error/ }).click();
  await page.locator(`tr[data-job-id="${id}"]`).waitFor();
  expect(new URL(page.url()).searchParams.get('error')).not.toBeNull();
});

test('a running job tells how far it is, and can be cancelled', async () => {
  const { id } = await system.submit({ type: 'slow' });
  const page = await openJob(id);
  const progress = page.getByRole('progressbar', { name: 'Progress' });
  await progress.waitFor();
  await until(async () => (await progress.getAttribute('aria-valuenow')) === '40');
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  const question = page.getByRole('alertdialog', { name: 'Cancel this running job?' });
  await question.waitFor();
  await until(() => page.evaluate(() => document.activeElement?.textContent === 'Keep running'));
  await question.getByRole('button', { name: 'Cancel job' }).click();
  await page.getByRole('main').locator('[data-status=CANCELLED]').first().waitFor();
});

test('a job that is not there is said to be gone', async () => {
  const page = await openJob('01a00000-0000-7000-8000-000000000000');
  await page.getByRole('heading', { name: 'Job not found' }).waitFor();
  await page.getByRole('link', { name: 'Go to jobs' }).waitFor();
  expect(browser.takeProblems().every((problem) => problem.includes('404'))).toBe(true);
});

describe('with the keyboard alone', () => {
  test('a job is created, opened, retried and deleted', async () => {
    const refused = async () => (await system.call<JobList>('GET', '/jobs?queue=refused')).jobs.map((job) => job.id);
    const others = await refused();
    const page = await browser.open(`${system.url}/ui/jobs?queue=refused`);
    await page.locator('[data-live-state=live]').waitFor();
    await page.keyboard.press('c');
    await page.getByRole('dialog', { name: 'Create job' }).waitFor();
    await page.keyboard.type('refused');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('dialog', { name: 'Create job' }).waitFor({ state: 'hidden' });
    const id = await until(async () => (await refused()).find((each) => !others.includes(each)));
    const row = page.locator(`tr[data-job-id="${id}"]`);
    await row.locator('[data-status=FAILED]').waitFor();

    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'refused' }).waitFor();
    await page.keyboard.press('Escape');
    await row.waitFor();

    await page.keyboard.press('j');
    await page.keyboard.press('Shift+R');
    // Only an ended job can be deleted, and until the news arrives the row shows its first end.
    await row.getByRole('cell', { name: /^2\// }).waitFor();
    await row.locator('[data-status=FAILED]').waitFor();
    await page.keyboard.press('Delete');
    await page.getByRole('alertdialog', { name: 'Delete 1 job?' }).waitFor();
    await until(() => page.evaluate(() => document.activeElement?.textContent === 'Cancel'));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await until(async () => (await fetch(`${system.url}/jobs/${id}`)).status === 404);
    await row.waitFor({ state: 'detached' });
  });

  test('focus comes back to where a dialog was opened, and the palette opens a job by its id', async () => {
    const { id } = await system.submit({});
    const page = await browser.open(`${system.url}/ui/`);
    await page.getByRole('button', { name: 'New job' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Create job' }).waitFor();
    await page.keyboard.press('Escape');
    await until(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label') === 'New job'));
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search or jump to' }).waitFor();
    await page.keyboard.type(id);
    await page.keyboard.press('Enter');
    await until(() => page.url().endsWith(`/ui/jobs/${id}`));
  });

  test('single keys do nothing once they are switched off', async () => {
    const page = await browser.open(`${system.url}/ui/settings`);
    await page.getByLabel('Single-key shortcuts').uncheck();
    await page.getByRole('heading', { level: 1, name: 'Settings' }).click();
    for (const key of ['c', '?', 'g', 'j']) await page.keyboard.press(key);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search or jump to' }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(1);
    expect(page.url()).toContain('/ui/settings');
  });
});
