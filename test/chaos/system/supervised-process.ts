import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { clock } from '../../../src/platform/clock.js';

/** One run of the program, from its start to its end. Times are monotonic milliseconds. */
export interface Life {
  pid: number;
  startedAtMs: number;
  endedAtMs: number | null;
  /** Why it ended: a signal of ours, or what it came to by itself. */
  end: { ours: NodeJS.Signals | null; code: number | null; signal: NodeJS.Signals | null } | null;
}

const RESTART_MS = 300;

/** One process of the product under a supervisor that starts it again whenever it ends, as in production. */
export class SupervisedProcess {
  readonly lives: Life[] = [];
  private child: ChildProcess | undefined;
  private ours: NodeJS.Signals | null = null;
  private isWanted = false;
  private isFrozen = false;
  private supervision: Promise<void> = Promise.resolve();

  constructor(
    readonly name: string,
    readonly role: 'orchestrator' | 'worker',
    private readonly command: { args: string[]; env: Record<string, string>; cwd: string; logFile: string },
  ) {}

  start(): void {
    this.isWanted = true;
    this.supervision = this.supervise();
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get isRunning(): boolean {
    return this.child !== undefined && !this.isFrozen;
  }

  /** Ends it by SIGKILL or SIGTERM; the supervisor brings it back. */
  end(signal: 'SIGKILL' | 'SIGTERM'): void {
    if (!this.child) return;
    this.ours = signal;
    if (this.isFrozen && signal === 'SIGTERM') this.resume();
    this.child.kill(signal);
  }

  freeze(): void {
    this.isFrozen = this.child?.kill('SIGSTOP') ?? false;
  }

  resume(): void {
    this.isFrozen = false;
    this.child?.kill('SIGCONT');
  }

  /** Ends it for good: in good order, or by force when that takes too long. */
  async stop(limitMs = 60_000): Promise<void> {
    this.isWanted = false;
    this.end('SIGTERM');
    const force = setTimeout(() => this.end('SIGKILL'), limitMs);
    await this.supervision;
    clearTimeout(force);
  }

  private async supervise(): Promise<void> {
    while (this.isWanted) {
      await this.runOnce();
      if (this.isWanted) await delay(RESTART_MS);
    }
  }

  private async runOnce(): Promise<void> {
    const { args, env, cwd, logFile } = this.command;
    const log = openSync(logFile, 'a');
    const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', log, log] });
    closeSync(log);
    const life: Life = { pid: child.pid!, startedAtMs: clock.monotonicMs(), endedAtMs: null, end: null };
    this.lives.push(life);
    this.child = child;
    this.isFrozen = false;
    this.ours = null;
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    this.child = undefined;
    life.endedAtMs = clock.monotonicMs();
    life.end = { ours: this.ours, code, signal };
  }
}
