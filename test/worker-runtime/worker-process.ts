import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '../support/temp-folder.js';

const PROGRAM = join(__dirname, 'worker-program.ts');
const TYPESCRIPT = join(__dirname, '../support/typescript.mjs');

export interface RunningProcess {
  child: ChildProcess;
  /** The log lines so far, as text. */
  output: () => string;
  /** Resolves with the exit code, null after a signal. */
  exited: Promise<number | null>;
}

/** Starts workers as users do, as processes of their own with real heartbeat threads, and with handlers written by the tests. */
export class WorkerProcesses {
  private readonly scratch = tempFolder('worker-runtime');
  private readonly children = new Set<ChildProcess>();
  private folders = 0;

  /** A folder with these files. */
  folder(files: Record<string, string>): string {
    const folder = mkdtempSync(join(this.scratch, `${this.folders++}-`));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return folder;
  }

  start(url: string, flags: Record<string, string | number> = {}): RunningProcess {
    const args = Object.entries({ 'orchestrator-url': url, role: 'worker', ...flags }).map(
      ([name, value]) => `--${name}=${value}`,
    );
    const child = spawn(process.execPath, ['--import', TYPESCRIPT, PROGRAM, ...args]);
    this.children.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
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
    rmSync(this.scratch, { recursive: true, force: true });
  }
}
