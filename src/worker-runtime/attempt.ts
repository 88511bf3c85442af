import type { LeasedJob, LogLine } from '../contract/lease.dto.js';
import type { Bagged } from './bag.js';
import type { PayloadTexts } from './payload-texts.js';

/** Why an attempt is to stop. `silence`: no renewal of its lease was acknowledged for too long. */
export type StopReason = 'timeout' | 'cancel' | 'lost' | 'silence' | 'shutdown';

/** What `context.signal.reason` is. */
export class AttemptStopped extends Error {
  override readonly name = 'AttemptStopped';

  constructor(
    readonly reason: StopReason,
    job: LeasedJob,
  ) {
    super(stopMessage(reason, job));
  }
}

/** A lease that this worker holds: from the answer that brought it until its report is acknowledged. */
export class Attempt implements Bagged {
  place = -1;
  /** Its handler was called, and is waited for. */
  isRunning = false;
  /** Null until the handler was called. */
  startedAtMs: number | null = null;
  stopReason: StopReason | null = null;
  stoppedAtMs = Infinity;
  progress: number | undefined;
  message: string | undefined;
  /** Log lines that are not sent yet. */
  lines: LogLine[] = [];
  /** How many lines it may still log. */
  linesLeft = 1000;
  private controller: AbortController | undefined;
  private endWait: (() => void) | undefined;

  /** @param takenAtMs when its lease was surely alive, by the monotonic clock */
  constructor(
    readonly job: LeasedJob,
    readonly takenAtMs: number,
    private readonly payloads: PayloadTexts,
    private readonly index: number,
  ) {}

  get payloadText(): string {
    return this.payloads.at(this.index);
  }

  /** Made when a handler first asks: most handlers of short jobs never do. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.stopReason) this.controller.abort(new AttemptStopped(this.stopReason, this.job));
    return this.controller.signal;
  }

  /** What the handler comes to, or nothing once it is abandoned. (`Promise.race` makes several objects more for each job.) */
  unlessAbandoned(handling: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.endWait = () => resolve(undefined);
      Promise.resolve(handling).then(resolve, reject);
    });
  }

  /** When its time limit passes. */
  get deadlineMs(): number {
    return (this.startedAtMs ?? this.takenAtMs) + this.job.timeout_seconds * 1000;
  }

  /** Tells the handler to stop. Only the first reason counts, except that a lost lease overrules all: there is nothing to report. */
  stop(reason: StopReason, nowMs: number): void {
    if (this.stopReason) {
      if (reason === 'lost') this.stopReason = reason;
      return;
    }
    this.stopReason = reason;
    this.stoppedAtMs = nowMs;
    this.controller?.abort(new AttemptStopped(reason, this.job));
  }

  /** The handler is no longer waited for. */
  abandon(): void {
    this.endWait?.();
  }
}

/** What the reason means, in words for the attempt's history. */
export function stopMessage(reason: StopReason, job: LeasedJob): string {
  switch (reason) {
    case 'timeout':
      return `The time limit of ${job.timeout_seconds} s has passed.`;
    case 'cancel':
      return 'The job was cancelled.';
    case 'lost':
      return 'The lease was lost.';
    case 'silence':
      return 'No orchestrator has renewed the lease for too long.';
    case 'shutdown':
      return 'The worker shuts down.';
  }
}
