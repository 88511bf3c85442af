import { setTimeout as delay } from 'node:timers/promises';
import type { LeasedJob, ReportResult } from '../contract/lease.dto.js';
import { clock } from '../platform/clock.js';
import type { Logger } from '../platform/logger.js';
import type { Attempt } from './attempt.js';
import { CallError, type OrchestratorClient } from './orchestrator-client.js';
import { reportText, unusable } from './outcome.js';
import type { Registration } from './registration.js';
import { waitSeconds } from './repeat-call.js';

const MAX_BATCH = 500;
const MAX_BATCH_CHARS = 4 * 1024 * 1024;
/** Beyond these no more jobs are taken until the orchestrator acknowledges again. */
const MAX_WAITING = 10_000;
const MAX_WAITING_CHARS = 64 * 1024 * 1024;
/** Calls at a time: one commits while the next is on its way. Many reports are dealt out to all of them. */
const MAX_CALLS = 3;
/** The second and third call are worth their while only with so many reports. */
const WORTH_A_CALL = 100;
const UNEXPECTED_PAUSE_MS = 1_000;

export interface OutgoingReport {
  attempt: Attempt;
  text: string;
  /** A report that says only that the real one could not be taken. */
  isFallback?: boolean;
}

/** Asks for jobs in the same round trip. */
export interface Ask {
  limit: number;
  poll_id: string;
}

interface OutboxOptions {
  client: OrchestratorClient;
  registration: Registration;
  logger: Logger;
  signal: AbortSignal;
  /** How many jobs the next call should ask for, if any. */
  ask: () => Ask | null;
  /** Called once for each ask: with what it brought (undefined: nothing, it was given up), and how old its leases may be. */
  answered: (ask: Ask, jobs: LeasedJob[] | undefined, text: string, sentAtMs: number) => void;
  /** The report was acknowledged, or is given up. */
  settled: (attempt: Attempt) => void;
  /** Something may be done now that could not be done before. */
  wake: () => void;
}

/** Reports on their way: buffered, sent in batches, and repeated until an orchestrator acknowledges them. */
export class ReportOutbox {
  private waiting: OutgoingReport[] = [];
  private waitingChars = 0;
  private calls = 0;

  constructor(private readonly options: OutboxOptions) {}

  get isFull(): boolean {
    return this.waiting.length >= MAX_WAITING || this.waitingChars >= MAX_WAITING_CHARS;
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  add(report: OutgoingReport): void {
    this.waiting.push(report);
    this.waitingChars += report.text.length;
  }

  /** Sends what waits, as far as it should go now. */
  send(): void {
    while (this.waiting.length > 0 && this.calls < MAX_CALLS && this.waiting.length >= this.calls * WORTH_A_CALL) {
      const share = Math.ceil(this.waiting.length / (MAX_CALLS - this.calls));
      this.calls++;
      void this.deliver(this.takeBatch(Math.max(share, WORTH_A_CALL)), this.options.ask()).finally(() => {
        this.calls--;
        this.options.wake();
      });
    }
  }

  private takeBatch(size: number): OutgoingReport[] {
    const most = Math.min(size, MAX_BATCH, this.waiting.length);
    let count = 0;
    let chars = 0;
    while (count < most) {
      chars += this.waiting[count]!.text.length;
      if (count > 0 && chars > MAX_BATCH_CHARS) break;
      count++;
    }
    const batch = this.waiting.splice(0, count);
    for (const { text } of batch) this.waitingChars -= text.length;
    return batch;
  }

  /** Repeats until acknowledged. Never rejects; ends without an answer only when the worker is done. */
  private async deliver(batch: OutgoingReport[], ask: Ask | null): Promise<void> {
    const { client, registration, signal, answered } = this.options;
    for (let failures = 1; !signal.aborted; failures++) {
      const { workerId } = registration;
      const sentAtMs = clock.monotonicMs();
      try {
        const { value, text } = await client.report(bodyText(workerId, batch, ask), signal);
        this.settle(batch, value.results);
        if (ask) answered(ask, value.jobs ?? [], text, sentAtMs);
        return;
      } catch (error) {
        if (signal.aborted) break;
        if (await this.registeredAnew(error, workerId)) continue;
        if (isRefusal(error)) {
          if (ask) answered(ask, undefined, '', sentAtMs);
          return this.refused(batch, error);
        }
        const waitMs = error instanceof CallError ? waitSeconds(error, failures) * 1000 : UNEXPECTED_PAUSE_MS;
        await delay(waitMs, undefined, { signal }).catch(() => undefined);
      }
    }
    if (ask) answered(ask, undefined, '', 0);
  }

  private async registeredAnew(error: unknown, workerId: string): Promise<boolean> {
    return this.options.registration.renewAfter(error, workerId).catch(() => false);
  }

  /** One report that the server cannot take must not hold up the others: halves are sent until the guilty one stands alone. */
  private refused(batch: OutgoingReport[], error: CallError): void {
    if (batch.length === 1) return this.invalid(batch[0]!, error.message);
    const half = batch.length >> 1;
    for (const part of [batch.slice(0, half), batch.slice(half)]) {
      this.calls++;
      void this.deliver(part, null).finally(() => {
        this.calls--;
        this.options.wake();
      });
    }
  }

  private settle(batch: OutgoingReport[], results: ReportResult[]): void {
    const { logger, settled } = this.options;
    batch.forEach((report, index) => {
      const { job } = report.attempt;
      const verdict =
        results[index]?.job_id === job.id ? results[index] : results.find(({ job_id }) => job_id === job.id);
      const fields = { job: job.id, type: job.type, attempt: job.attempt };
      if (verdict?.verdict === 'invalid') return this.invalid(report, verdict.message ?? 'no reason given');
      if (verdict?.verdict === 'lost') logger.info(fields, 'a report came too late: the lease was lost');
      else if (verdict?.verdict === 'not_found') logger.warn(fields, 'a report was refused: there is no such job');
      else if (!verdict) logger.error(fields, 'a report got no verdict');
      settled(report.attempt);
    });
  }

  /** The job must not stay RUNNING because its outcome cannot be told: it fails with the reason. */
  private invalid({ attempt, isFallback }: OutgoingReport, reason: string): void {
    const { logger, settled, wake } = this.options;
    const { id, type } = attempt.job;
    logger.error({ job: id, type, attempt: attempt.job.attempt, reason }, 'a report was not taken');
    if (isFallback) return settled(attempt);
    this.add({ attempt, text: reportText(attempt, unusable(`could not be reported: ${reason}`)), isFallback: true });
    wake();
  }
}

/** Whether the body itself is at fault. All else, a wrong key too, may be mended over there while the reports wait here. */
function isRefusal(error: unknown): error is CallError {
  return error instanceof CallError && [400, 413, 422].includes(error.status ?? 0);
}

function bodyText(workerId: string, batch: OutgoingReport[], ask: Ask | null): string {
  const reports = batch.map(({ text }) => text).join(',');
  return `{"worker_id":"${workerId}","reports":[${reports}]${ask ? `,"next":${JSON.stringify(ask)}` : ''}}`;
}
