import './check-node.mjs';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { installIfNeeded } from './install.mjs';
import { StepError, runPackage, step } from './run.mjs';
import { needProgram } from './system-programs.mjs';

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome'];
/** @type {[string, string, string[]][]} */
const CHECKS = [
  ['Types of the server', 'typescript/bin/tsc', ['--noEmit']],
  ['Types of the dashboard', 'typescript/bin/tsc', ['--noEmit', '-p', 'client/tsconfig.json']],
  ['Types of the tests', 'typescript/bin/tsc', ['--noEmit', '-p', 'test/tsconfig.json']],
  ['Lint', 'eslint/bin/eslint.js', ['.', '--max-warnings=0']],
  ['Format', 'prettier/bin/prettier.cjs', ['--check', '.', '--log-level=warn']],
];

/** Tests that start many processes of their own: side by side they would only wait for one another. They run alone, after the others. */
const CROWDED = 'test/(chaos|e2e|failure|process|worker-runtime)/';

/**
 * `npm test`: everything. `npm test -- <paths or jest flags>`: only these tests, without the checks of the sources.
 * Its last line is `N passed, N failed`; a failed check, build or test file counts as one failure.
 */
async function test(jestArgs) {
  await installIfNeeded();
  await needProgram(['redis-server'], 'redis-server');
  await needProgram(CHROMIUM, 'chromium');
  let failed = 0;
  if (jestArgs.length > 0) console.log('Only the named tests: types, lint and format are not checked.');
  for (const [name, program, args] of jestArgs.length > 0 ? [] : CHECKS) {
    if (!(await step(name, () => runPackage(program, args)))) failed++;
  }
  await build().catch((error) => {
    if (!(error instanceof StepError)) throw error;
    failed++;
  });
  const runs =
    jestArgs.length > 0 ? [jestArgs] : [[`--testPathIgnorePatterns=${CROWDED}`], [CROWDED, '--maxWorkers=1']];
  let passed = 0;
  for (const args of runs) {
    const tests = await jest(args);
    passed += tests.passed;
    failed += tests.failed;
  }
  return { passed, failed };
}

async function jest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'test-results-'));
  const file = join(folder, 'results.json');
  try {
    const { code } = await runPackage('jest/bin/jest.js', ['--json', `--outputFile=${file}`, ...args], {
      isShown: true,
    });
    return count(JSON.parse(readFileSync(file, 'utf8')), code);
  } catch (error) {
    console.error(`jest left no results: ${error.message}`);
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A test that did not run proves nothing: skipped ones and those still to be written are failures here. */
function count(results, exitCode) {
  const notRun = results.numPendingTests + results.numTodoTests;
  if (notRun > 0) console.error(`${notRun} tests were skipped, which counts as failed.`);
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites + notRun;
  // Also of a run that failed for a reason of its own, such as that no test matched.
  return { passed: results.numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}

test(process.argv.slice(2))
  .catch((error) => {
    console.error(error instanceof StepError ? error.message : error);
    return { passed: 0, failed: 1 };
  })
  .then(({ passed, failed }) => {
    console.log(`${passed} passed, ${failed} failed`);
    process.exitCode = failed === 0 ? 0 : 1;
  });
