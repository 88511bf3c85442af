import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileSources } from './compiled-sources.js';

/** What the process runs: the part of main.ts that concerns a worker. */
const PROGRAM = `
import { readCommand } from './config/config.js';
import { createLogger } from './platform/logger.js';
import { startWorker } from './worker-runtime/start-worker.js';
const { config } = readCommand(process.argv.slice(2), {}, '/nonexistent');
const logger = createLogger({ level: config.logLevel, format: 'json', role: 'worker' });
try {
  const worker = await startWorker({ config, logger });
  process.on('SIGTERM', () => void worker.stop().catch(() => undefined));
  await worker.stopped;
  process.exit(0);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
`;

export interface RunningProcess {
  child: ChildProcess;
  /** The log lines so far, as text. */
  output: () => string;
  /** Resolves with the exit code, null after a signal. */
  exited: Promise<number | null>;
}

/** Starts worker processes from the sources of one compilation, with handlers written by the tests. */
export class WorkerProcesses {
  private readonly compiled = compileSources();
  private readonly scratch = mkdtempSync(join(tmpdir(), 'worker-runtime-'));
  private readonly children = new Set<ChildProcess>();
  private folders = 0;

  constructor() {
    writeFileSync(join(this.compiled.folder, 'worker-program.js'), PROGRAM);
  }

  /** A folder with these files. */
  folder(files: Record<string, string>): string {
    const folder = mkdtempSync(join(this.scratch, `${this.folders++}-`));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return folder;
  }

  start(url: string, flags: Record<string, string | number> = {}): RunningProcess {
    const args = Object.entries({ 'orchestrator-url': url, role: 'worker', ...flags }).map(([name, value]) => `--${name}=${value}`);
    const child = spawn(process.execPath, [join(this.compiled.folder, 'worker-program.js'), ...args]);
    this.children.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const exited = once(child, 'close').then(([code]) => {
      this.children.delete(child);
      return code as number | null;
    });
    return { child, output: () => output, exited };
  }

  /** Ends what still runs. */
  async killAll(): Promise<void> {
    await Promise.all(
      [...this.children].map(async (child) => {
        const closed = once(child, 'close');
        child.kill('SIGKILL');
        await closed;
      }),
    );
  }

  async remove(): Promise<void> {
    await this.killAll();
    this.compiled.remove();
    rmSync(this.scratch, { recursive: true, force: true });
  }
}
