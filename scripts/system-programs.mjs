import { StepError, run } from './run.mjs';

/**
 * Sees to it that a program is there that npm can't bring: where that needs no one's leave (root on Debian), apt-get installs it.
 * @param names what it may be called
 * @throws StepError that says what to run
 */
export async function needProgram(names, debianPackage) {
  if (await isThere(names)) return;
  if (process.getuid?.() === 0 && (await isThere(['apt-get']))) {
    console.log(`Installing ${debianPackage} …`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-qq'], { env });
    const { output } = await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', debianPackage], {
      env,
    });
    if (await isThere(names)) return;
    console.error(output);
  }
  throw new StepError(
    `The tests need ${debianPackage} on the PATH. Install it (on Debian: sudo apt-get install -y ${debianPackage}), then run them again.`,
  );
}

async function isThere(names) {
  const found = await Promise.all(names.map((name) => run(name, ['--version'])));
  return found.some(({ code }) => code === 0);
}
