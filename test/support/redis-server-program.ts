import { spawnSync } from 'node:child_process';

const HOW_TO_INSTALL = 'apt-get install -y redis-server';

/**
 * The redis-server to run: the one on the PATH, or one that apt-get installs now where that needs no one's leave (root on Debian).
 * @throws Error that says what to run, when there is none
 */
export function redisServerProgram(): string {
  if (!runs('redis-server')) install();
  return 'redis-server';
}

function install(): void {
  if (process.getuid?.() === 0 && runs('apt-get')) {
    const options = {
      stdio: 'ignore',
      timeout: 300_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    } as const;
    spawnSync('apt-get', ['update'], options);
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'redis-server'], options);
    if (runs('redis-server')) return;
  }
  throw new Error(
    `The tests need redis-server, version 7 or later. Install it (on Debian: ${HOW_TO_INSTALL}), then run them again.`,
  );
}

function runs(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}
