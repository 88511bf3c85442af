import './check-node.mjs';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { alone } from './alone.mjs';
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
  if (!isForced && names.every(isFresh)) return;
  const results = await alone(() => Promise.all(names.map((name) => buildPart(name, isForced))));
  if (results.includes(false)) throw new StepError('The build failed; what the compiler says is above.');
}

async function buildPart(name, isForced) {
  // Somebody else may have built it meanwhile.
  if (!isForced && isFresh(name)) return true;
  const stamp = stampOf(name);
  const fingerprint = fingerprintOf(PARTS[name].sources);
  rmSync(stamp, { force: true });
  if (!(await step(`Building the ${name}`, PARTS[name].build))) return false;
  writeFileSync(stamp, fingerprint);
  return true;
}

function isFresh(name) {
  const { sources, result } = PARTS[name];
  const stamp = stampOf(name);
  return existsSync(join(DIST, result)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprintOf(sources);
}

function stampOf(name) {
  return join(DIST, `.built-${name}`);
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
  const flags = [...Object.keys(PARTS), 'if-changed'].map((name) => [name, { type: 'boolean' }]);
  const { values } = parseArgs({ options: Object.fromEntries(flags) });
  const named = Object.keys(PARTS).filter((name) => values[name]);
  build(named.length > 0 ? named : undefined, { isForced: !values['if-changed'] }).catch(fail);
}
