import type { Page } from 'playwright-core';
import { Browser } from '../support/browser.js';
import { System } from '../support/system.js';
import { until } from '../support/until.js';

jest.setTimeout(60_000);

let system: System;
let browser: Browser;

beforeAll(async () => {
  [system, browser] = await Promise.all([System.start(), Browser.launch()]);
});
afterAll(async () => {
  await browser.close();
  await system.stop();
});
afterEach(async () => {
  await browser.closePages();
  expect(browser.takeProblems()).toEqual([]);
});

async function openWithSelection(ids: readonly string[]): Promise<Page> {
  const page = await browser.open(`${system.url}/ui/jobs`);
  await page.locator('[data-live-state=live]').waitFor();
  for (const id of ids) await page.getByRole('checkbox', { name: `Select job ${id}` }).check();
  return page;
}

const toolbar = (page: Page) => page.getByRole('toolbar', { name: 'Bulk actions' });

test('selected jobs move to another queue; one that does not wait is skipped, and the page says why', async () => {
  const ids = await system.submitAll(Array.from({ length: 3 }, () => ({ queue: 'crowded' })));
  await system.call('POST', `/jobs/${ids[2]}/cancel`);
  const page = await openWithSelection(ids);
  await toolbar(page).getByRole('button', { name: 'Move queue of 3 selected' }).click();
  const dialog = page.getByRole('dialog', { name: 'Move to another queue' });
  await dialog.getByRole('combobox', { name: 'Queue' }).fill('calm');
  await dialog.getByRole('button', { name: 'Continue' }).click();
  const confirmation = page.getByRole('alertdialog', { name: 'Move 3 jobs to queue calm?' });
  await confirmation.getByText('1 job will be skipped').waitFor();
  await confirmation.getByRole('button', { name: 'Move 3 jobs to queue calm' }).click();
  await page.getByText('done', { exact: true }).waitFor();
  await page.getByRole('list', { name: 'Skipped jobs' }).getByText('The job is CANCELLED.').waitFor();
  await until(async () => (await system.job(ids[0]!)).queue === 'calm');
  expect((await system.job(ids[2]!)).queue).toBe('crowded');
});

test('the priority of selected jobs changes; focus goes to the field and comes back', async () => {
  const ids = await system.submitAll(Array.from({ length: 2 }, () => ({ queue: 'patient' })));
  const page = await openWithSelection(ids);
  const button = toolbar(page).getByRole('button', { name: 'Change priority of 2 selected' });
  await button.click();
  const field = page.getByRole('dialog', { name: 'Change priority' }).getByLabel('Priority');
  await field.fill('101');
  await page.getByText('A whole number from −100 to 100 is needed.').waitFor();
  await page.keyboard.press('Escape');
  await until(() => button.evaluate((element) => element === document.activeElement));

  await page.keyboard.press('Enter');
  await field.fill('7');
  await page.keyboard.press('Enter');
  const confirm = page.getByRole('button', { name: 'Give 2 jobs priority 7' });
  await until(() => confirm.isEnabled());
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
  await until(() => button.evaluate((element) => element === document.activeElement));

  await page.keyboard.press('Enter');
  await field.fill('−8');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Give 2 jobs priority -8' }).click();
  await page.getByText('done', { exact: true }).waitFor();
  for (const id of ids) expect((await system.job(id)).priority).toBe(-8);
});
