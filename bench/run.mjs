/*
 * npm run bench                 each workload once, small
 * npm run bench -- --full       three rounds, full size, published in docs/benchmarks.md and bench/results/
 *   --only=W1,W4                these workloads; with --full, the others keep their published figures
 *   --systems=bullmq,pg-boss    these systems; nothing is published
 *   --rounds=1  --publish  --profile=orchestrator,worker
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, chmodSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const BENCH = import.meta.dirname;

const { values: flags } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    only: { type: 'string' },
    systems: { type: 'string' },
    rounds: { type: 'string' },
    publish: { type: 'boolean', default: false },
    profile: { type: 'string' },
    'keep-folder': { type: 'boolean', default: false },
  },
});

installPeers();
const { startPostgres, startRedis } = await import('./harness/servers.mjs');
const { Session } = await import('./harness/session.mjs');
const { SYSTEMS, WORKLOADS } = await import('./harness/catalogue.mjs');
const { describeMachine, loadAverage, waitUntilQuiet } = await import('./harness/machine.mjs');
const { summarize } = await import('./harness/summary.mjs');
const { publish } = await import('./harness/publish.mjs');

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
chmodSync(folder, 0o755);
const size = flags.full ? 'full' : 'quick';
const workloads = WORKLOADS.filter(({ id }) => !flags.only || flags.only.split(',').includes(id.split(' ')[0]));
const systems = SYSTEMS.filter(({ name }) => !flags.systems || flags.systems.split(',').includes(name));
const extra = flags.profile ? { shared_preload_libraries: 'pg_stat_statements' } : {};
const bench = {
  folder,
  profile: flags.profile?.split(','),
  postgres: await startPostgres(folder, extra),
  redis: await startRedis(folder),
};
let failures = 0;
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop().then(() => process.exit(130)));

for (const workload of workloads) {
  const result = await runWorkload(workload);
  if (failures === 0 && (flags.full || flags.publish) && !flags.systems)
    publish({ size, result, machine: describeMachine(bench) });
}
await stop();
process.exit(failures === 0 ? 0 : 1);

/** The systems take turns, in another order in each round. */
async function runWorkload(workload) {
  const taking = systems.filter((system) =>
    system.isYardstick ? workload.withYardstick : (workload.takes?.(system) ?? true),
  );
  const rounds = Number(flags.rounds ?? (flags.full ? (workload.rounds ?? 3) : 1));
  const runs = Object.fromEntries(taking.map(({ name }) => [name, []]));
  const startedAt = new Date().toISOString();
  const loads = [];
  say(`\n${workload.id}  ${workload.title}`);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < taking.length; turn++) {
      const system = taking[(turn + round) % taking.length];
      if (flags.full) await waitUntilQuiet();
      loads.push(loadAverage());
      const run = await runOnce(workload, system);
      if (run) runs[system.name].push(run);
    }
  }
  const { id, title, unit, lowerIsBetter = false } = workload;
  const summary = Object.fromEntries(Object.entries(runs).map(([name, list]) => [name, summarize(list)]));
  return {
    id,
    title,
    unit,
    lowerIsBetter,
    parameters: workload.sizes[size],
    rounds,
    startedAt,
    loadBefore: Math.max(...loads),
    systems: summary,
  };
}

async function runOnce(workload, system) {
  const open = (which, options) => Session.open(bench, which, { workload: workload.id, ...options });
  try {
    const run = await workload.run(open, system, workload.sizes[size]);
    say(`  ${system.name.padEnd(24)}${line(run, workload.unit)}`);
    if (run.rows) console.table(run.rows);
    return run;
  } catch (error) {
    failures++;
    say(`  ${system.name.padEnd(24)}FAILED ${error.message}`);
    return undefined;
  }
}

function line({ value, cpu, seconds, ...rest }, unit) {
  const details = Object.entries(rest)
    .filter(([name]) => name.startsWith('p'))
    .map(([name, each]) => `${name} ${each}`);
  const shares = Object.entries(cpu ?? {})
    .filter(([, used]) => used > 0)
    .map(([name, used]) => `${name} ${used}`);
  return `${value.toLocaleString('en')} ${unit}  ${details.join(', ')}  CPU s in ${seconds.toFixed(1)} s: ${shares.join(', ')}`;
}

async function stop() {
  await bench.session?.close();
  await Promise.all([bench.postgres.stop(), bench.redis.stop()]);
  if (flags.profile || flags['keep-folder']) say(`kept: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}

function installPeers() {
  if (existsSync(join(BENCH, 'node_modules/.package-lock.json'))) return;
  say('installing the systems to compare with …');
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund'], { cwd: BENCH, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

function say(text) {
  process.stdout.write(`${text}\n`);
}
