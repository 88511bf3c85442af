import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';
import commonJs from './swc-options.cjs';

const options = { ...commonJs, module: { type: 'es6' }, sourceMaps: 'inline', swcrc: false };

/** Sources name each other `./x.js` while the file is `x.ts`. */
export async function resolve(specifier, context, next) {
  if (/^(\.|file:).*\.js$/.test(specifier)) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(source)) return { url: source.href, format: 'module', shortCircuit: true };
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  const { code } = await transformFile(fileURLToPath(url), options);
  // Of files that jest loads as well, as CommonJS.
  return { format: 'module', source: `const __dirname = import.meta.dirname;${code}`, shortCircuit: true };
}
