import './check-node.mjs';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { StepError, fail, root, runPackage, step } from './run.mjs';

const DIST = join(root, 'dist');

const PARTS = {
  server: {
    sources: ['src', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'],
    result: 'main.js',
    build: () => {
      removeOutputsWithoutSource();
      return runPackage('@nestjs/cli/bin/nest.js', ['build']);
    },
  },
  client: {
    sources: ['client', 'src/contract', 'vite.config.ts', 'package-lock.json'],
    result: 'client/index.html',
    build: () => runPackage('vite/bin/vite.js', ['build', '--logLevel=warn']),
  },
};

/**
 * Builds the parts whose sources changed since they were built last, side by side.
 * @throws StepError when one can't be built
 */
export async function build(names = Object.keys(PARTS), { isForced = false } = {}) {
  const results = await Promise.all(names.map((name) => buildPart(name, isForced)));
  if (results.includes(false)) throw new StepError('The build failed; what the compiler says is above.');
}

async function buildPart(name, isForced) {
  const { sources, result, build: work } = PARTS[name];
  const stamp = join(DIST, `.built-${name}`);
  const fingerprint = fingerprintOf(sources);
  const isFresh = existsSync(join(DIST, result)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint;
  if (isFresh && !isForced) return true;
  mkdirSync(DIST, { recursive: true });
  rmSync(stamp, { force: true });
  if (!(await step(`Building the ${name}`, work))) return false;
  writeFileSync(stamp, fingerprint);
  return true;
}

/** Changes whenever a file is added, removed or written. */
function fingerprintOf(sources) {
  const hash = createHash('sha256').update(process.version);
  for (const file of sources.flatMap((source) => filesOf(join(root, source))).sort()) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${relative(root, file)}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function filesOf(path) {
  if (!statSync(path).isDirectory()) return [path];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** The compiler leaves what it once made of a source that is gone: a handler that was deleted would still be served. */
function removeOutputsWithoutSource() {
  const outputs = existsSync(DIST) ? filesOf(DIST).filter((file) => !relative(DIST, file).startsWith('client')) : [];
  const orphans = outputs.filter((file) => {
    const source = join(root, 'src', relative(DIST, file).replace(/\.js(\.map)?$/, '.ts'));
    return /\.(js|map|lua)$/.test(file) && !existsSync(source);
  });
  orphans.forEach((file) => rmSync(file));
  // It also believes its own notes more than the folder.
  if (!existsSync(join(DIST, 'main.js'))) rmSync(join(DIST, '.tsbuildinfo'), { force: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { server: { type: 'boolean' }, client: { type: 'boolean' } } });
  const named = Object.keys(PARTS).filter((name) => values[name]);
  build(named.length > 0 ? named : undefined, { isForced: true }).catch(fail);
}
