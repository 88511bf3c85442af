import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder with package.json: migrations and the built dashboard are found from here, from `src` and from `dist` alike. */
export const packageRoot = findRoot(import.meta.dirname);

/** This product's version. */
export const version = (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string })
  .version;

function findRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  if (dirname(from) === from) throw new Error('package.json was not found above the program');
  return findRoot(dirname(from));
}
