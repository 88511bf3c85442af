import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformSync } from '@swc/core';

const ROOT = join(__dirname, '../..');
const FOLDERS = ['worker-runtime', 'contract', 'platform', 'config'];

/**
 * The worker compiled for plain Node, so that tests run it as users do: a process of its own, with a real heartbeat thread. Kept under
 * node_modules, from where its imports resolve.
 * @returns the folder, and how to remove it
 */
export function compileSources(): { folder: string; remove: () => void } {
  const folder = join(ROOT, 'node_modules/.cache', `worker-runtime-${process.pid}`);
  for (const source of FOLDERS) {
    for (const name of readdirSync(join(ROOT, 'src', source), { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('.ts')) compile(join(ROOT, 'src', source, name), join(folder, source, name.replace(/\.ts$/, '.js')));
    }
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', version: '0.0.0' }));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function compile(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  const { code } = transformSync(readFileSync(from, 'utf8'), {
    filename: from,
    module: { type: 'es6' },
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    },
  });
  writeFileSync(to, code);
}
