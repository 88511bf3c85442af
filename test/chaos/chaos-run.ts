import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { clock } from '../../src/platform/clock.js';
import { check } from './check/check.js';
import { installWatch } from './check/evidence.js';
import type { Report } from './check/report.js';
import { chooseFaults } from './faults/catalogue.js';
import { Journal } from './faults/journal.js';
import { makeFaults } from './faults/schedule.js';
import { History } from './load/history.js';
import { Producer } from './load/producer.js';
import type { ChaosOptions } from './options.js';
import { copyBuild, type Alteration } from './system/product-build.js';
import { SeededRandom } from './system/seeded-random.js';
import { System } from './system/system.js';

const WELL_LIMIT_MS = 60_000;
const POLL_MS = 250;
const TWINS_EVERY_MS = 3000;
const TWINS = 40;

/** Runs the product, hurts it, lets it recover, and judges it. The report also lies in the folder, beside all that led to it. */
export async function runChaos(
  options: ChaosOptions,
  { patches = [], sql = [] }: Alteration = {},
): Promise<{ report: Report; folder: string }> {
  const folder = openFolder(options.folder);
  const program = copyBuild(join(folder, 'build'), patches);
  const system = await System.start(folder, program, options, pino({ level: 'error' }));
  const abandon = () => system.abandon();
  process.once('exit', abandon);
  try {
    await system.postgres.connected(async (client) => {
      await installWatch(client);
      for (const statement of sql) await client.query(statement);
    });
    const remains = await hurt(system, options, folder);
    await system.stopProcesses();
    const report = await check({ ...remains, options, system });
    writeFileSync(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
    return { report, folder };
  } finally {
    await system.stopProcesses().catch(() => undefined);
    await system.stopServers();
    process.off('exit', abandon);
    for (const name of ['build', 'postgres', 'redis']) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/**
 * The account that PostgreSQL runs as has to pass through it.
 * @throws Error when it holds anything: histories of two runs must not mix
 */
function openFolder(given: string | null): string {
  const folder = given === null ? mkdtempSync(join(tmpdir(), 'chaos-')) : resolve(given);
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length > 0) throw new Error(`${folder} is not empty.`);
  chmodSync(folder, 0o711);
  return folder;
}

async function hurt(system: System, options: ChaosOptions, folder: string) {
  const random = new SeededRandom(options.seed);
  const history = new History(join(folder, 'history.ndjson'));
  const journal = new Journal(join(folder, 'faults.ndjson'));
  const { faults, missing } = chooseFaults(options.faults, system);
  const producers = system.producerLinks.map(({ port, name }) => {
    return new Producer(name, `http://127.0.0.1:${port}`, random.fork(name), history, options.leaseSeconds);
  });
  const ending = AbortSignal.timeout(options.seconds * 1000);
  const loads = producers.map((producer) => producer.run(options.rate / producers.length, ending));
  const twins = submitTwins(producers, random.fork('twins'), ending);
  const failed = await makeFaults(faults, { system, producers, options }, random.fork('faults'), journal, ending);
  await system.heal();
  const healedAtMs = clock.monotonicMs();
  const [wellAfterSeconds] = await Promise.all([
    secondsUntil(() => system.isWell(), healedAtMs, WELL_LIMIT_MS),
    twins,
    ...loads,
  ]);
  const quietAfterSeconds = await secondsUntil(() => isQuiet(system), healedAtMs, options.quietSeconds * 1000);
  history.close();
  return {
    history: history.entries,
    journal: journal.entries,
    missing: [...missing, ...failed],
    wellAfterSeconds,
    quietAfterSeconds,
  };
}

/** The same jobs under the same keys, by two callers at the same moment and in different orders. */
async function submitTwins(producers: readonly Producer[], random: SeededRandom, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const jobs = producers[0]!.draw(TWINS);
    for (const producer of producers) producer.submitBulk(random.shuffle(jobs));
    await delay(TWINS_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function isQuiet(system: System): Promise<boolean> {
  return system.postgres.connected(async (client) => {
    const { rows } = await client.query('SELECT FROM jobs WHERE finished_at IS NULL LIMIT 1');
    return rows.length === 0;
  });
}

/** @returns null when it did not come true in time */
async function secondsUntil(isTrue: () => Promise<boolean>, fromMs: number, limitMs: number): Promise<number | null> {
  while (clock.monotonicMs() - fromMs < limitMs) {
    if (await isTrue().catch(() => false)) return Math.round((clock.monotonicMs() - fromMs) / 100) / 10;
    await delay(POLL_MS);
  }
  return null;
}
