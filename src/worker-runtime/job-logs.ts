import { setTimeout as delay } from 'node:timers/promises';
import type { LogLevel } from '../contract/lease.dto.js';
import { clock } from '../platform/clock.js';
import type { Logger } from '../platform/logger.js';
import type { Attempt } from './attempt.js';
import { cutText } from './error-detail.js';
import type { OrchestratorClient } from './orchestrator-client.js';

const MAX_LINE_BYTES = 8 * 1024;
const MAX_LINES_PER_CALL = 500;
/** Of all attempts together; further lines are dropped. */
const MAX_WAITING_LINES = 20_000;
const CALL_LIMIT_MS = 5_000;
/** How long an attempt's report waits for its own last lines: once the attempt has ended, the server takes no more. */
const LAST_LINES_LIMIT_MS = 1_000;

/** What handlers log, sent in batches. Best effort: a line is sent once, and is lost when that fails. */
export class JobLogs {
  private readonly waiting = new Set<Attempt>();
  private readonly sending = new Map<Attempt, Promise<void>>();
  private lineCount = 0;

  constructor(
    private readonly client: OrchestratorClient,
    private readonly workerId: () => string,
    private readonly logger: Logger,
  ) {}

  add(attempt: Attempt, message: string, level: LogLevel): void {
    if (attempt.linesLeft === 0 || this.lineCount >= MAX_WAITING_LINES) return;
    attempt.linesLeft--;
    this.lineCount++;
    attempt.lines.push({ level, message: cutText(message, MAX_LINE_BYTES), at: clock.now().toISOString() });
    this.waiting.add(attempt);
  }

  isPending(attempt: Attempt): boolean {
    return this.waiting.has(attempt) || this.sending.has(attempt);
  }

  /** Starts to send all that waits. */
  flush(): void {
    for (const attempt of this.waiting) void this.send(attempt);
  }

  /** Sends an ended attempt's last lines, for a limited time. */
  async finish(attempt: Attempt): Promise<void> {
    const sent = this.send(attempt).then(() => this.send(attempt));
    await Promise.race([sent, delay(LAST_LINES_LIMIT_MS, undefined, { ref: false })]);
    this.lineCount -= attempt.lines.splice(0).length;
    this.waiting.delete(attempt);
  }

  /** One call at a time for each attempt: its lines stay in order. */
  private send(attempt: Attempt): Promise<void> {
    const current = this.sending.get(attempt);
    if (current) return current;
    const lines = attempt.lines.splice(0, MAX_LINES_PER_CALL);
    this.lineCount -= lines.length;
    if (attempt.lines.length === 0) this.waiting.delete(attempt);
    if (lines.length === 0) return Promise.resolve();
    const { id, attempt: number, lease_token } = attempt.job;
    const sent = this.client
      .appendLogs(id, { worker_id: this.workerId(), attempt: number, lease_token, lines }, CALL_LIMIT_MS)
      .then(
        (answer) => {
          if (answer.is_full) attempt.linesLeft = 0;
        },
        (error: Error) =>
          this.logger.debug({ job: id, lines: lines.length, reason: error.message }, 'log lines were lost'),
      )
      .finally(() => this.sending.delete(attempt));
    this.sending.set(attempt, sent);
    return sent;
  }
}
