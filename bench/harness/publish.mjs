import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const RESULTS = fileURLToPath(new URL('../results/latest.json', import.meta.url));
const PAGE = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));
const BEGIN = '<!-- figures: begin (written by npm run bench -- --full) -->';
const END = '<!-- figures: end -->';

/** Writes the figures of a workload as JSON and into the page. The others keep theirs. */
export function publish({ size, result, machine }) {
  mkdirSync(new URL('../results', import.meta.url), { recursive: true });
  const former = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : { workloads: {} };
  const { id, ...figures } = result;
  const workloads = Object.fromEntries(
    Object.entries({ ...former.workloads, [id]: { size, ...figures } }).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const all = { machine, workloads };
  writeFileSync(RESULTS, `${JSON.stringify(all, null, 1)}\n`);
  const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : `# Benchmarks\n\n${BEGIN}\n${END}\n`;
  const [head, after] = page.split(BEGIN);
  const tail = after.split(END)[1];
  writeFileSync(PAGE, `${head}${BEGIN}\n\n${tables(all)}\n${END}${tail}`);
}

function tables({ machine, workloads }) {
  const entries = Object.entries(workloads);
  const compared = entries.filter(([, { systems }]) => Object.keys(systems).length > 1);
  const alone = entries.filter(([, { systems }]) => Object.keys(systems).length === 1);
  return [
    machineLines(machine),
    ...(compared.length > 0 ? ['### Side by side\n', comparison(compared)] : []),
    ...compared.filter(([id]) => BUSY.includes(id)).map(([id, workload]) => processorTime(id, workload)),
    ...(alone.length > 0 ? ['### This system alone\n', ...alone.map(([id, workload]) => details(id, workload))] : []),
  ].join('\n');
}

/** Where all cores are busy, so that time per job says something. */
const BUSY = ['W1', 'W2', 'W3', 'W5'];

function machineLines({
  cpu,
  cores,
  memoryGb,
  kernel,
  node,
  nodeOfPgBossAndGraphileWorker,
  postgres,
  redis,
  versions,
}) {
  const peers = Object.entries(versions)
    .filter(([name]) => !name.includes('tuned'))
    .map(([name, version]) => `${name} ${version}`);
  return (
    `${cpu}, ${cores} cores, ${memoryGb} GiB, Linux ${kernel}. PostgreSQL ${postgres}, Redis ${redis}, Node ${node} ` +
    `(pg-boss and graphile-worker: ${nodeOfPgBossAndGraphileWorker}). ${peers.join(', ')}.\n`
  );
}

function comparison(workloads) {
  const systems = [...new Set(workloads.flatMap(([, workload]) => Object.keys(workload.systems)))];
  const rows = workloads.map(([id, workload]) => {
    const cells = systems.map((name) => cell(workload.systems[name]));
    return [`**${id}** ${workload.title} (${workload.unit}; ${parameters(workload)})`, ...cells];
  });
  return table(['', ...systems], rows);
}

function cell(summary) {
  if (!summary) return '–';
  if (summary.p50) return `p50 ${range(summary.p50)}<br>p99 ${range(summary.p99)}`;
  return range(summary.value);
}

function range({ median, min, max }) {
  if (min === max) return number(median);
  return `**${number(median)}** (${number(min)}–${number(max)})`;
}

function parameters({ parameters: sizes, rounds, loadBefore }) {
  const named = Object.entries(sizes).map(
    ([name, value]) => `${name} ${Array.isArray(value) ? value.map(number).join(' and ') : number(value)}`,
  );
  return `${named.join(', ')}; rounds: ${rounds}; load before: at most ${loadBefore}`;
}

function processorTime(id, { title, systems }) {
  const names = ['client', 'orchestrator', 'worker', 'postgres', 'redis'];
  const rows = Object.entries(systems)
    .filter(([, summary]) => summary)
    .map(([name, { cpuMsPerJob }]) => {
      const all = names.reduce((sum, process) => sum + (cpuMsPerJob[process] ?? 0), 0);
      return [
        name,
        ...names.map((process) => (cpuMsPerJob[process] ? (cpuMsPerJob[process] * 1000).toFixed(0) : '–')),
        (all * 1000).toFixed(0),
      ];
    });
  return `\nCPU per job in ${id} (${title.toLowerCase()}), µs by process:\n\n${table(['', ...names, 'all'], rows)}`;
}

function details(id, { title, systems, ...workload }) {
  const [{ rows }] = Object.values(systems);
  return `**${id}** ${title} (${parameters(workload)})\n\n${table(rows[0], rows.slice(1))}`;
}

function table(head, rows) {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

function number(value) {
  return typeof value === 'number' ? value.toLocaleString('en') : String(value);
}
