import { Browser } from '../support/browser.js';
import { System } from '../support/system.js';
import { until } from '../support/until.js';

jest.setTimeout(60_000);

let system: System;
let browser: Browser;

beforeAll(async () => {
  [system, browser] = await Promise.all([
    System.start({ 'heartbeat-seconds': 0.5, 'offline-after-seconds': 2, 'lease-seconds': 2, 'sweep-seconds': 0.2 }),
    Browser.launch(),
  ]);
});
afterAll(async () => {
  await browser.close();
  await system.stop();
});
afterEach(async () => {
  await browser.closePages();
  expect(browser.takeProblems()).toEqual([]);
});

test('a worker that is killed turns Offline on screen without a reload', async () => {
  const { child, id } = await system.startWorker('doomed');
  const page = await browser.open(`${system.url}/ui/workers`);
  const row = page.getByRole('row', { name: /doomed/ });
  await row.locator('[data-status=ONLINE]').waitFor();
  await page.evaluate(() => Object.assign(window, { isSamePage: true }));
  child.kill('SIGKILL');
  await row.locator('[data-status=OFFLINE]').waitFor();
  expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true);

  await row.getByRole('button', { name: 'Actions for worker doomed' }).click();
  await page.getByRole('menuitem', { name: 'Forget' }).click();
  await row.waitFor({ state: 'detached' });
  expect((await fetch(`${system.url}/workers/${id}`)).status).toBe(404);
});

test('what a worker did, uses and lost is on its page and in the list', async () => {
  const { child } = await system.startWorker('busy', { queues: 'busy' });
  const done = await system.submit({ queue: 'busy' });
  const refused = await system.submit({ queue: 'busy', type: 'refused' });
  await system.untilStatus(done.id, 'SUCCESS');
  await system.untilStatus(refused.id, 'FAILED');
  const held = await system.submit({ queue: 'busy', type: 'slow' });
  await system.untilStatus(held.id, 'RUNNING');
  const page = await browser.open(`${system.url}/ui/workers?q=busy`);
  const row = page.getByRole('row', { name: /busy/ });
  await row.getByRole('img', { name: /^Heartbeats seen since this page was opened: 1 fresh/ }).waitFor();
  await row.getByText(/^\d+% · \d+(\.\d)? MB$/).waitFor({ state: 'attached' });

  child.kill('SIGKILL');
  await row.getByRole('link', { name: 'Lost 1 job, requeued' }).click();
  const lost = page.getByRole('region', { name: 'Jobs it held when it fell silent' });
  await lost.getByRole('link', { name: 'slow' }).waitFor();
  await lost.locator('[data-status=PENDING]').waitFor();
  await page.getByRole('img', { name: 'Attempts: 2 ended in the last hour' }).waitFor();
  await page.getByRole('img', { name: /^Utilisation: \d+% of the slots/ }).waitFor();
  await page.getByText('2 · 1 failed').waitFor();
});

test('a worker is drained and taken back', async () => {
  await system.startWorker('steady');
  const page = await browser.open(`${system.url}/ui/workers?q=steady`);
  const row = page.getByRole('row', { name: /steady/ });
  const choose = async (action: string) => {
    await row.getByRole('button', { name: 'Actions for worker steady' }).click();
    await page.getByRole('menuitem', { name: action, exact: true }).click();
  };
  await row.locator('[data-status=ONLINE]').waitFor();
  await choose('Drain');
  await row.locator('[data-status=DRAINING]').waitFor();
  await choose('Resume');
  await row.locator('[data-status=ONLINE]').waitFor();
});

test('a queue is paused, limited, emptied and resumed', async () => {
  await system.call('POST', '/queues/held/pause').catch(() => undefined);
  await system.submitAll([{ queue: 'held' }, { queue: 'held' }]);
  const page = await browser.open(`${system.url}/ui/queues?q=held`);
  const row = page.getByRole('row', { name: /held/ });
  await row.waitFor();
  if ((await row.locator('[data-status=PAUSED]').count()) === 0) {
    await row.getByRole('button', { name: 'Pause queue held' }).click();
  }
  await row.locator('[data-status=PAUSED]').waitFor();
  const waiting = await system.submit({ queue: 'held' });
  await page.getByRole('navigation', { name: 'Main' }).getByText('paused').waitFor({ state: 'attached' });

  await row.getByRole('button', { name: 'Actions for queue held' }).click();
  await page.getByRole('menuitem', { name: /Limit/ }).click();
  await page.getByRole('dialog', { name: 'Limit queue held' }).getByLabel('Jobs at a time').fill('5');
  await page.keyboard.press('Enter');
  await row.getByRole('meter', { name: 'Slots used' }).waitFor();

  await until(async () => (await row.getByText('0', { exact: true }).count()) < 6);
  await row.getByRole('button', { name: 'Actions for queue held' }).click();
  await page.getByRole('menuitem', { name: /Cancel pending jobs/ }).click();
  const question = page.getByRole('alertdialog');
  await question.getByRole('button', { name: /^Cancel \d+ jobs?$/ }).click();
  await page.getByText('done', { exact: true }).waitFor();
  expect((await system.job(waiting.id)).status).toBe('CANCELLED');

  await page.goBack();
  await row.getByRole('button', { name: 'Resume queue held' }).click();
  await row.locator('[data-status=ACTIVE]').waitFor();
});

test('the overview names what needs somebody, and leads there', async () => {
  await system.submit({ queue: 'abandoned', type: 'echo' });
  await system.startWorker('picky', { queues: 'other' });
  const page = await browser.open(`${system.url}/ui/`);
  await page.getByRole('region', { name: 'Needs attention' }).waitFor();
  await page.getByRole('button', { name: '24 hours' }).click();
  await until(() => page.url().includes('window=24h'));
  for (const chart of ['Throughput', 'Latency', 'Backlog']) {
    await page.getByRole('img', { name: new RegExp(`^${chart}:`) }).waitFor();
    await page.getByRole('button', { name: `View ${chart} as table` }).click();
    await page.getByRole('table', { name: chart }).waitFor();
  }
  await page.getByRole('link', { name: /^Pending/ }).click();
  await until(() => page.url().includes('/ui/jobs?status=PENDING'));
});

test('a viewer signs in with a read-only key, sees no control that changes anything, and is refused by the server', async () => {
  const guarded = await System.start({
    'api-key': 'the-key-of-admins-0001',
    'read-only-api-key': 'the-key-of-viewers-002',
  });
  try {
    const { id } = await guarded.submit({ queue: 'seen' });
    const page = await browser.open(`${guarded.url}/ui/jobs?queue=seen`);
    await page.getByLabel('API key').fill('a-wrong-key-entirely');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This key is not known to the server.').waitFor();
    await page.getByLabel('API key').fill('the-key-of-viewers-002');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator(`tr[data-job-id="${id}"]`).waitFor();
    expect(page.url()).toBe(`${guarded.url}/ui/jobs?queue=seen`);
    await page.getByText('Read-only').waitFor();
    expect(await page.getByRole('button', { name: 'New job' }).count()).toBe(0);
    await page.getByRole('button', { name: `Actions for job ${id}` }).click();
    expect(await page.getByRole('menuitem').allTextContents()).toEqual(['Open', 'Copy ID', 'Copy cURL']);
    const status = await page.evaluate(
      async (job) =>
        (
          await fetch(`/jobs/${job}/cancel`, {
            method: 'POST',
            body: '{}',
            headers: { 'content-type': 'application/json' },
          })
        ).status,
      id,
    );
    expect(status).toBe(403);
    expect((await guarded.job(id)).status).toBe('PENDING');
  } finally {
    await browser.closePages();
    browser.takeProblems();
    await guarded.stop();
  }
});
