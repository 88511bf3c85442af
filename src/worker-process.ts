import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { clock } from './platform/clock.js';
import type { Logger } from './platform/logger.js';

const FIRST_RESTART_MS = 500;
const LONGEST_RESTART_MS = 15_000;
/** A worker that lived for so long was well: its next crash starts the waits anew. */
const WELL_AFTER_MS = 60_000;
/** What the worker may take beyond its own time to shut down. */
const STOP_SLACK_MS = 15_000;

/**
 * The worker of role `all`: a process of its own, so that a handler that spins or crashes cannot take the API with it, and it uses
 * the same API as any other worker. When it dies it is started again, after growing waits.
 */
export class WorkerProcess {
  private child: ChildProcess | undefined;
  private isStopping = false;
  private readonly wake = new AbortController();
  private readonly ended: Promise<void>;

  /**
   * @param args the flags of this process, which the worker takes over but for its role and its orchestrator
   * @param shutdownSeconds how long the worker lets its jobs finish
   */
  constructor(
    private readonly args: readonly string[],
    private readonly orchestratorUrl: string,
    private readonly shutdownSeconds: number,
    private readonly logger: Logger,
  ) {
    this.ended = this.supervise();
  }

  /** Lets the worker finish; a second call ends it at once. */
  async stop(): Promise<void> {
    if (this.isStopping) this.child?.kill('SIGKILL');
    this.isStopping = true;
    this.wake.abort();
    this.child?.kill('SIGTERM');
    const timer = setTimeout(() => this.child?.kill('SIGKILL'), this.shutdownSeconds * 1000 + STOP_SLACK_MS);
    await this.ended.finally(() => clearTimeout(timer));
  }

  private async supervise(): Promise<void> {
    for (let wait = FIRST_RESTART_MS; !this.isStopping;) {
      const startedAt = clock.monotonicMs();
      const exit = await this.runOnce();
      if (this.isStopping) return;
      if (clock.monotonicMs() - startedAt > WELL_AFTER_MS) wait = FIRST_RESTART_MS;
      this.logger.error({ ...exit, restart_ms: wait }, 'the worker process ended; starting it again');
      await delay(wait, undefined, { signal: this.wake.signal }).catch(() => undefined);
      wait = Math.min(2 * wait, LONGEST_RESTART_MS);
    }
  }

  private async runOnce(): Promise<{ code: number | null; signal: string | null }> {
    const flags = ['--role=worker', `--orchestrator-url=${this.orchestratorUrl}`];
    // Detached: Ctrl-C reaches the whole foreground group, but only the parent may decide when the worker stops.
    const child = fork(process.argv[1]!, [...this.args, ...flags], { stdio: 'inherit', detached: true });
    this.child = child;
    try {
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
      return { code, signal };
    } catch (error) {
      // The system is out of processes or memory: that must not end the API too.
      this.logger.error({ err: error }, 'the worker process could not be started');
      return { code: null, signal: null };
    }
  }
}
