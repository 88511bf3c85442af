import { statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { alone } from './alone.mjs';
import { StepError, root, run } from './run.mjs';

const LOCKFILE = join(root, 'package-lock.json');
/** npm's note of what it installed. */
const INSTALLED = join(root, 'node_modules', '.package-lock.json');

/** Installs the dependencies where they are missing, or older than the lockfile. @throws StepError */
export async function installIfNeeded() {
  if (!isInstalled()) await alone(() => isInstalled() || install());
}

function isInstalled() {
  return modifiedAt(INSTALLED) >= modifiedAt(LOCKFILE);
}

async function install() {
  console.log('Installing the dependencies; the first time takes a minute or two …');
  const args = ['install', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  // Run by npm, the same npm; else the one on the PATH.
  const npm = process.env.npm_execpath;
  const { code } = npm
    ? await run(process.execPath, [npm, ...args], { isShown: true })
    : await run('npm', args, { isShown: true });
  if (code === 127)
    throw new StepError('npm was not found. It comes with Node.js: install it, or run `npm install` yourself.');
  if (code !== 0) {
    throw new StepError(
      'The dependencies could not be installed; what npm says is above. If it could not reach its registry, check the network and ' +
        '`npm config get registry` (and `npm config get proxy`), then try again.',
    );
  }
  // npm leaves the note as it is when there was nothing to do.
  const now = new Date();
  utimesSync(INSTALLED, now, now);
}

function modifiedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
