import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

const SRC = join(__dirname, '../../src');
/** `from '…'`, `import '…'` and `import('…')`, of modules of our own. */
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)\.js'/g;

/** Each may import from itself and from what is named here, and from nothing else of ours. */
const LAYERS: Record<string, string[]> = {
  contract: [],
  config: [],
  platform: ['contract', 'config'],
  events: ['contract', 'config', 'platform'],
  queue: ['contract', 'config', 'platform', 'events'],
  jobs: ['contract', 'config', 'platform', 'events', 'queue'],
  workers: ['contract', 'config', 'platform', 'events', 'queue', 'jobs'],
  stats: ['contract', 'config', 'platform', 'events', 'queue', 'jobs', 'workers'],
  metrics: ['contract', 'config', 'platform', 'events', 'queue', 'jobs', 'workers', 'stats'],
  'health-monitor': ['contract', 'config', 'platform', 'events', 'queue', 'jobs', 'workers', 'stats'],
  'worker-runtime': ['contract', 'config', 'platform'],
};

const graph = readGraph();

function readGraph(): Map<string, string[]> {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts'));
  return new Map(files.map((file) => [file, importsOf(file)]));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  return [...text.matchAll(IMPORT)].map(([, path]) => posix.join(posix.dirname(file), `${path}.ts`));
}

/** The folder directly under src; undefined for the programs and their composition, which lie in src itself. */
function layerOf(file: string): string | undefined {
  return file.includes('/') ? file.split('/')[0] : undefined;
}

function findCycle(): string[] | undefined {
  const finished = new Set<string>();
  const walk = (file: string, path: string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (finished.has(file)) return undefined;
    for (const imported of graph.get(file) ?? []) {
      const cycle = walk(imported, [...path, file]);
      if (cycle) return cycle;
    }
    finished.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const cycle = walk(file, []);
    if (cycle) return cycle;
  }
  return undefined;
}

test('every import names a file that is there, so that none escapes this test', () => {
  const dangling = [...graph].flatMap(([file, imports]) =>
    imports.filter((imported) => !graph.has(imported)).map((imported) => `${file} -> ${imported}`),
  );
  expect(dangling).toEqual([]);
  expect([...graph.values()].flat().length).toBeGreaterThan(100);
});

test('every folder of src has its place in the order', () => {
  const folders = new Set([...graph.keys()].map(layerOf).filter((layer) => layer !== undefined));
  expect([...folders].filter((folder) => !(folder in LAYERS))).toEqual([]);
});

test('imports point one way', () => {
  const wrong = [...graph].flatMap(([file, imports]) => {
    const layer = layerOf(file);
    if (layer === undefined) return [];
    const allowed = [layer, ...(LAYERS[layer] ?? [])];
    return imports
      .filter((imported) => !allowed.includes(layerOf(imported) ?? 'src'))
      .map((imported) => `${file} -> ${imported}`);
  });
  expect(wrong).toEqual([]);
});

test('no file imports itself by a detour', () => {
  expect(findCycle()).toBeUndefined();
});

test('no folder is a drawer for everything, and no file gathers the exports of others', () => {
  const folders = [...graph.keys()].map((file) => dirname(file));
  expect(folders.filter((folder) => /(^|\/)(common|utils?|helpers?|shared|lib)(\/|$)/.test(folder))).toEqual([]);
  expect([...graph.keys()].filter((file) => /(^|\/)index\.ts$/.test(file))).toEqual([]);
});
