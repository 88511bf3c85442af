import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.js';

export const CHECKOUT = join(__dirname, '../..');
const START_DEADLINE_MS = 60_000;

/** Flags of the command line; those without a value are left out. */
export type Flags = Readonly<Record<string, string | number | undefined>>;

export interface ProcessOptions {
  /** The environment, beyond what any program needs: nothing of that of the tests is passed on. */
  env?: Record<string, string>;
  /** Where `.env` and `./data` would be. */
  cwd?: string;
  /** As a shell starts it on a terminal: in a process group of its own. */
  isGroup?: boolean;
  /** What to run instead of the product's program. */
  program?: string;
}

export type LogLine = Record<string, unknown> & { msg: string };

/** One process of the built product as its users run it: `node dist/main` with flags. */
export class ProductProcess {
  private static readonly running = new Set<ProductProcess>();
  private static isBuilt = false;
  private text = '';
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;

  private constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.text += text));
    }
    ProductProcess.running.add(this);
    this.ended = once(child, 'close').then(([code, signal]: unknown[]) => {
      ProductProcess.running.delete(this);
      return (code ?? signal) as number | NodeJS.Signals;
    });
  }

  static start(flags: Flags = {}, options: ProcessOptions = {}): ProductProcess {
    const args = Object.entries(flags)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `--${name}=${value}`);
    return ProductProcess.run([options.program ?? join(CHECKOUT, 'dist/main.js'), ...args], options);
  }

  /** @param args of Node.js */
  static run(args: readonly string[], { env = {}, cwd = tmpdir(), isGroup = false }: ProcessOptions = {}) {
    ProductProcess.build();
    const { PATH = '', HOME = '' } = process.env;
    return new ProductProcess(
      spawn(process.execPath, args, {
        cwd,
        env: { PATH, HOME, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: isGroup,
      }),
    );
  }

  /** Ends by force what this test file started and still runs. */
  static async killAll(): Promise<void> {
    await Promise.all([...ProductProcess.running].map((each) => each.end('SIGKILL')));
  }

  /** `npm test` has built already; a test file that is run alone must not test what was built of older sources. */
  private static build(): void {
    if (ProductProcess.isBuilt) return;
    const build = spawnSync(process.execPath, [join(CHECKOUT, 'scripts/build.mjs'), '--server', '--if-changed'], {
      encoding: 'utf8',
    });
    if (build.status !== 0) throw new Error(`the build failed: ${build.stdout}${build.stderr}`);
    ProductProcess.isBuilt = true;
  }

  get pid(): number {
    return this.child.pid!;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** What it wrote so far. */
  get output(): string {
    return this.text;
  }

  /** Its log lines with this message so far. */
  logged(message: string): LogLine[] {
    const lines = this.text.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
    return lines.map((line) => JSON.parse(line) as LogLine).filter(({ msg }) => msg === message);
  }

  /** The first log line with this message. @throws Error when the process ends without it */
  untilLogged(message: string, deadlineMs = START_DEADLINE_MS): Promise<LogLine> {
    return this.until(() => this.logged(message)[0], deadlineMs);
  }

  /** Where an orchestrator can be reached, once it can be. */
  async listening(): Promise<string> {
    return (await this.untilLogged('listening'))['url'] as string;
  }

  /** Once a worker is ready to work. */
  async registered(): Promise<void> {
    await this.untilLogged('the worker is registered');
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    this.kill(signal);
    return this.ended;
  }

  private async until<T>(condition: () => T | undefined, deadlineMs: number): Promise<T> {
    const fail = (why: string) => new Error(`${why}; the process wrote: ${this.text}`);
    await until(() => condition() !== undefined || this.hasEnded, deadlineMs).catch((error: Error) => {
      throw fail(error.message);
    });
    if (this.hasEnded) await this.ended;
    const found = condition();
    if (found === undefined) throw fail(`the process has ended`);
    return found;
  }
}
