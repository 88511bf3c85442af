import { setTimeout as delay } from 'node:timers/promises';
import type { LeasedJob } from '../contract/lease.dto.js';
import { clock } from '../platform/clock.js';
import type { Logger } from '../platform/logger.js';
import { random } from '../platform/random.js';
import { Attempt } from './attempt.js';
import type { OrchestratorClient } from './orchestrator-client.js';
import { PayloadTexts } from './payload-texts.js';
import type { Registration } from './registration.js';
import { repeatCall } from './repeat-call.js';
import type { Ask } from './report-outbox.js';

const MOST_JOBS_PER_POLL = 1000;
/** Less than a poll brings: while one answer is worked, the next ones are on their way. */
const MOST_JOBS_PER_REPORT = 500;
/** Leases that were longer on their way are given back: they may be about to end. */
const STALE_MS = 5_000;
/** A server that answers a long poll at once with nothing (it shuts down, it drains this worker) must not be hammered. */
const EMPTY_ANSWER_PAUSE_MS = 500;
const REFUSED_PAUSE_MS = 5_000;

interface IntakeOptions {
  client: OrchestratorClient;
  registration: Registration;
  logger: Logger;
  /** How many more jobs could be held, apart from those already asked for. */
  capacity: () => number;
  /** New leases; stale ones are to be given back. */
  take: (attempts: Attempt[], isStale: boolean) => void;
  wake: () => void;
}

/** Where jobs come in: long polls, and the answers to reports that ask for more. Never asks for more than there is room for. */
export class JobIntake {
  private asked = 0;
  private poll: AbortController | undefined;

  constructor(private readonly options: IntakeOptions) {}

  /** For a report that may carry a request for jobs. Not beside a long poll: that would be superseded and answered with nothing. */
  ask(): Ask | null {
    if (this.poll) return null;
    const limit = Math.min(MOST_JOBS_PER_REPORT, this.room);
    if (limit <= 0) return null;
    this.asked += limit;
    return { limit, poll_id: random.token() };
  }

  answered(ask: Ask, jobs: LeasedJob[] | undefined, text: string, sentAtMs: number): void {
    this.asked -= ask.limit;
    if (jobs) this.take(jobs, text, clock.monotonicMs() - sentAtMs > STALE_MS);
  }

  /** Parks a long poll unless there is one, or a report asks for jobs just now, or there is no room. */
  startPoll(): void {
    if (this.poll || this.asked > 0 || this.room <= 0) return;
    const controller = new AbortController();
    this.poll = controller;
    void this.runPoll(this.room, controller.signal).finally(() => {
      this.poll = undefined;
      this.options.wake();
    });
  }

  /** Ends the parked poll. What the server was about to answer it gives back itself. */
  stopPoll(): void {
    this.poll?.abort();
  }

  private get room(): number {
    return Math.min(MOST_JOBS_PER_POLL, this.options.capacity() - this.asked);
  }

  private async runPoll(limit: number, signal: AbortSignal): Promise<void> {
    const { client, registration, logger } = this.options;
    const { worker_id, poll_wait_seconds: wait_seconds } = registration.current;
    const body = { worker_id, limit, wait_seconds: Math.min(30, wait_seconds), poll_id: random.token() };
    this.asked += limit;
    const startedAtMs = clock.monotonicMs();
    try {
      const { value, text } = await repeatCall(() => client.next(body, signal), signal);
      this.take(value.jobs, text, false);
      const waitedMs = clock.monotonicMs() - startedAtMs;
      const isEmptyAtOnce =
        value.jobs.length === 0 && waitedMs < Math.min(EMPTY_ANSWER_PAUSE_MS, body.wait_seconds * 500);
      if (isEmptyAtOnce) await delay(EMPTY_ANSWER_PAUSE_MS, undefined, { signal });
    } catch (error) {
      if (signal.aborted) return;
      if (await registration.renewAfter(error, worker_id).catch(() => false)) return;
      logger.error({ err: error }, 'the orchestrator refuses to hand out jobs');
      await delay(REFUSED_PAUSE_MS, undefined, { signal }).catch(() => undefined);
    } finally {
      this.asked -= limit;
    }
  }

  private take(jobs: LeasedJob[], text: string, isStale: boolean): void {
    if (jobs.length === 0) return;
    const payloads = new PayloadTexts(text);
    const now = clock.monotonicMs();
    this.options.take(
      jobs.map((job, index) => new Attempt(job, now, payloads, index)),
      isStale,
    );
  }
}
