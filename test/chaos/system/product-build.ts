import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/platform/package-root.js';

/** One replacement in a built file. */
export interface Patch {
  /** In dist. */
  file: string;
  find: string | RegExp;
  replace: string;
  /** How often `find` must be there. Default 1. */
  times?: number;
}

/** What is done to the product and its database before a run. */
export interface Alteration {
  patches?: readonly Patch[];
  sql?: readonly string[];
}

/**
 * A copy of what was built, so that a run is not disturbed by the next build, with some guard taken out of it if asked for.
 * @returns the path of its program
 * @throws Error when a patch does not fit what was built: then the guard has changed, and the proof with it
 */
export function copyBuild(folder: string, patches: readonly Patch[]): string {
  const dist = join(packageRoot, 'dist');
  if (!existsSync(join(dist, 'main.js'))) throw new Error('dist/main.js is missing: run `npm run build` first.');
  mkdirSync(folder, { recursive: true });
  cpSync(dist, join(folder, 'dist'), { recursive: true });
  cpSync(join(packageRoot, 'migrations'), join(folder, 'migrations'), { recursive: true });
  cpSync(join(packageRoot, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(packageRoot, 'node_modules'), join(folder, 'node_modules'));
  for (const patch of patches) apply(join(folder, 'dist'), patch);
  return join(folder, 'dist', 'main.js');
}

function apply(dist: string, { file, find, replace, times = 1 }: Patch): void {
  const path = join(dist, file);
  const text = readFileSync(path, 'utf8');
  const pattern = typeof find === 'string' ? new RegExp(escape(find), 'g') : find;
  const found = [...text.matchAll(pattern)].length;
  if (found !== times)
    throw new Error(`dist/${file}: ${pattern} is there ${found} times and not ${times}: mend the patch.`);
  writeFileSync(
    path,
    text.replace(pattern, () => replace),
  );
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
