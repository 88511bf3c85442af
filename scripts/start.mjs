import './check-node.mjs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { installIfNeeded } from './install.mjs';
import { fail, root } from './run.mjs';

/** `npm start`: installs and builds what is missing or outdated, then becomes `node dist/main` with the same flags. */
async function start() {
  await installIfNeeded();
  await build();
  // In this very process: nothing stands between the server and the signals, the exit code or a kill.
  const main = join(root, 'dist', 'main.js');
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
}

start().catch(fail);
