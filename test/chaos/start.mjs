import { build } from '../../scripts/build.mjs';
import { fail } from '../../scripts/run.mjs';
import '../support/typescript.mjs';

/** `npm run chaos`: builds the server if its sources changed, then runs test/chaos/run.ts with the same flags. */
build(['server'])
  .then(() => import('./run.ts'))
  .catch(fail);
