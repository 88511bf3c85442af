import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder with package.json. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A failed step. Its message is for the person at the terminal; a stack would bury it. */
export class StepError extends Error {
  name = 'StepError';
}

/**
 * Runs a program to its end.
 * @returns its exit code (127 when it isn't there) and, unless it wrote to the terminal itself, what it wrote
 */
export function run(program, args, { isShown = false, env = process.env } = {}) {
  return new Promise((resolve) => {
    const stdio = isShown ? 'inherit' : ['ignore', 'pipe', 'pipe'];
    const child = spawn(program, args, { cwd: root, env, stdio });
    let output = '';
    child.stdout?.on('data', (data) => (output += data));
    child.stderr?.on('data', (data) => (output += data));
    child.once('error', (error) => resolve({ code: 127, output: error.message }));
    child.once('close', (code, signal) =>
      resolve({ code: code ?? 1, output: signal ? `${output}\nended by ${signal}` : output }),
    );
  });
}

/** Runs the program of an installed package with this Node.js. @param path where it is inside node_modules */
export function runPackage(path, args, options) {
  return run(process.execPath, [join(root, 'node_modules', path), ...args], options);
}

/**
 * One step, announced with its name and, at its end, how long it took; of a failed one also what it said.
 * @returns true when it succeeded
 */
export async function step(name, work) {
  const startedAt = performance.now();
  const { code, output } = await work();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (code !== 0 && output) console.error(output.trimEnd());
  console.log(code === 0 ? `${name}: done in ${seconds} s` : `${name}: FAILED after ${seconds} s`);
  return code === 0;
}

/** Ends this script with the error's message, or its stack if it is not a StepError. */
export function fail(error) {
  console.error(error instanceof StepError ? `\n${error.message}` : error);
  process.exit(1);
}
