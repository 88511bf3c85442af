import type { WorkerGroupList, WorkerList } from '../../src/contract/worker.dto.js';
import { TestOrchestrator } from '../support/orchestrator.js';
import { until } from '../support/until.js';

let orchestrator: TestOrchestrator;

beforeAll(async () => {
  orchestrator = await TestOrchestrator.start('postgres', { sweepSeconds: 60 });
  // 500 online, one in ten of them draining and one in five on the next version; six offline, two of them for days.
  await orchestrator.sql(`
    INSERT INTO workers (id, hostname, name, status, state, last_heartbeat, queues, concurrency, version, registered_at)
    SELECT gen_random_uuid(), 'host-' || i % 7, 'fleet-' || lpad(i::text, 3, '0'), CASE WHEN i > 500 THEN 'OFFLINE' ELSE 'ONLINE' END,
      CASE WHEN i % 10 = 0 THEN 'draining' ELSE 'active' END, now() - CASE WHEN i > 504 THEN interval '2 days' ELSE '0' END,
      CASE WHEN i % 2 = 0 THEN '{mail}'::text[] ELSE '{*}' END, 1 + i % 10, CASE WHEN i % 5 = 0 THEN '2.0.0' ELSE '1.9.0' END, now()
    FROM generate_series(1, 506) i`);
});
afterAll(() => orchestrator.stop());

const list = async (query = '') => (await orchestrator.get<WorkerList>(`/workers?${query}`)).body;
const namesOf = ({ workers }: WorkerList) => workers.map(({ name }) => name);

test('all workers are on some page once, and the sums are about all of them', async () => {
  const seen: (string | null)[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: WorkerList = await list(`sort=name&limit=200${cursor && `&cursor=${cursor}`}`);
    expect(page).toMatchObject({ total: 506, online: 500, offline: 6, slots: 2750, slots_used: 0 });
    seen.push(...namesOf(page));
    cursor = page.next_cursor;
  }
  expect(seen).toEqual(Array.from({ length: 506 }, (_, i) => `fleet-${String(i + 1).padStart(3, '0')}`));
});

test('a worker is found by part of its name, host, version or queue among all, whatever page it would be on', async () => {
  expect(namesOf(await list('q=LEET-321'))).toEqual(['fleet-321']);
  expect((await list('q=host-3')).total).toBe(72);
  expect((await list('q=2.0.0&limit=1')).total).toBe(101);
  expect((await list('status=OFFLINE')).total).toBe(6);
  expect((await list('state=draining&queue=mail')).total).toBe(50);
  const [one, two] = (await list('sort=-name&limit=2')).workers;
  expect(namesOf(await list(`sort=name&ids=${one!.id},${two!.id}`))).toEqual(['fleet-505', 'fleet-506']);
});

test('workers that have been offline for long are left out on request, and counted', async () => {
  expect(await list('offline_hours=24&limit=1')).toMatchObject({ total: 504, offline: 4, long_offline: 2 });
});

test('those that hold jobs in silence come first, then those that lost some', async () => {
  const [unlucky] = (await list('q=fleet-001')).workers;
  const lost = 'INSERT INTO worker_losses SELECT $1, gen_random_uuid(), 1, now()';
  await orchestrator.sql(lost, [unlucky!.id]);
  const holder = await orchestrator.worker({ queues: ['held'], name: 'holder' });
  await orchestrator.submit({ queue: 'held' });
  await holder.take();
  await orchestrator.sql(`UPDATE workers SET status = 'OFFLINE' WHERE id = $1`, [holder.id]);
  await until(async () => (await list('sort=concern&limit=1')).workers[0]!.name === 'holder');
  expect(namesOf(await list('sort=concern&limit=3'))).toEqual(['holder', 'fleet-001', 'fleet-002']);
  expect(namesOf(await list('sort=-lost&limit=1'))).toEqual(['fleet-001']);
});

test('workers are summed up by version, host and queues', async () => {
  const groups = async (by: string) => (await orchestrator.get<WorkerGroupList>(`/workers/groups?by=${by}`)).body;
  expect(await groups('version')).toMatchObject({
    total: 3,
    groups: [
      { name: '1.9.0', online: 400, draining: 0 },
      { name: '2.0.0', online: 100, draining: 50 },
      { name: null, online: 0, offline: 1, slots_used: 0 },
    ],
  });
  expect((await groups('host')).total).toBe(8);
  expect((await groups('queues')).groups.map(({ name }) => name).toSorted()).toEqual(['*', 'held', 'mail']);
});
