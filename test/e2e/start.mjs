import { build } from '../../scripts/build.mjs';
import { fail } from '../../scripts/run.mjs';
import '../support/typescript.mjs';

/** `npm run measure-dashboard`: builds what is outdated, then runs test/e2e/million-jobs.ts with the same flags. */
build()
  .then(() => import('./million-jobs.ts'))
  .catch(fail);
