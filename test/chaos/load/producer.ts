import { setTimeout as delay } from 'node:timers/promises';
import type { CreatedJobs, Job } from '../../../src/contract/job.dto.js';
import { clock } from '../../../src/platform/clock.js';
import type { SeededRandom } from '../system/seeded-random.js';
import type { History } from './history.js';
import { JobMix, type KeyedJob } from './job-mix.js';

const CALL_LIMIT_MS = 12_000;
const MOST_OPEN = 64;
const MOST_IN_BULK = 40;
const LONGEST_PAUSE_MS = 1500;

/** What a call came to: an answer, a refusal, or nobody knows. */
type Outcome = { type: 'ok'; body: unknown } | { type: 'fail' | 'info'; reason: string };

/**
 * Submits jobs, each under an idempotency key, and writes down what it was told. An unknown outcome is tried again under the same key
 * until there is an answer, as a careful caller would.
 */
export class Producer {
  private readonly mix: JobMix;
  private readonly open = new Set<Promise<void>>();
  private operations = 0;

  constructor(
    readonly name: string,
    private readonly url: string,
    private readonly random: SeededRandom,
    private readonly history: History,
    leaseSeconds: number,
  ) {
    this.mix = new JobMix(random, name, leaseSeconds);
  }

  /** Submits at this rate, with chance in between, until the signal; then sees to it that every outcome is known. */
  async run(rate: number, signal: AbortSignal): Promise<void> {
    const startedAt = clock.monotonicMs();
    for (let submitted = 0; !signal.aborted;) {
      const due = Math.floor(((clock.monotonicMs() - startedAt) / 1000) * rate);
      // What could not be sent during an outage is not made up for: that would be a second fault.
      if (due - submitted > rate) submitted = due - Math.ceil(rate);
      while (submitted < due && this.open.size < MOST_OPEN) submitted += this.submitSome();
      await delay(this.random.integer(5, 30));
    }
    await this.settled();
  }

  /** Bulk submission of jobs that another producer may submit at the same time. */
  submitBulk(jobs: readonly KeyedJob[]): void {
    const keys = jobs.map((job) => job.idempotency_key);
    this.track(this.repeat('submit-bulk', keys, '/jobs/bulk', { jobs }, (body) => (body as CreatedJobs).ids));
  }

  submitSpinning(): void {
    this.submit(this.mix.spinning());
  }

  submitAborting(): void {
    this.submit(this.mix.aborting());
  }

  /** Jobs in the making, for `submitBulk` here and elsewhere. */
  draw(count: number): KeyedJob[] {
    return Array.from({ length: count }, () => this.mix.next());
  }

  private submitSome(): number {
    if (this.random.chance(0.98)) {
      this.submit(this.mix.next());
      return 1;
    }
    const jobs = this.draw(this.random.integer(2, MOST_IN_BULK));
    this.submitBulk(jobs);
    return jobs.length;
  }

  private submit(job: KeyedJob): void {
    const work = this.repeat('submit', [job.idempotency_key], '/jobs', job, (body) => [(body as Job).id]);
    this.track(work.then((ids) => (ids && this.random.chance(0.004) ? this.cancel(ids) : undefined)));
  }

  private async cancel(ids: string[]): Promise<void> {
    await this.repeat('cancel', ids, `/jobs/${ids[0]}/cancel`, {}, () => ids);
  }

  private track(work: Promise<unknown>): void {
    const tracked = work.then(() => void this.open.delete(tracked));
    this.open.add(tracked);
  }

  private async settled(): Promise<void> {
    while (this.open.size > 0) await Promise.race(this.open);
  }

  /** @returns the ids, or undefined when it was refused */
  private async repeat(
    kind: 'submit' | 'submit-bulk' | 'cancel',
    keys: string[],
    path: string,
    body: unknown,
    idsOf: (answer: unknown) => string[],
  ): Promise<string[] | undefined> {
    const operation = this.operations++;
    const entry = { producer: this.name, operation, kind, keys };
    for (let tries = 1; ; tries++) {
      this.history.add({ ...entry, type: 'invoke' });
      const outcome = await this.call(path, body);
      if (outcome.type === 'ok') {
        const ids = idsOf(outcome.body);
        this.history.add({ ...entry, type: 'ok', ids });
        return ids;
      }
      this.history.add({ ...entry, type: outcome.type, reason: outcome.reason });
      if (outcome.type === 'fail') return undefined;
      await delay(Math.min(LONGEST_PAUSE_MS, 100 * 2 ** tries) * this.random.between(0.5, 1));
    }
  }

  private async call(path: string, body: unknown): Promise<Outcome> {
    try {
      const response = await fetch(this.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(CALL_LIMIT_MS),
      });
      const text = await response.text();
      if (response.ok) return { type: 'ok', body: JSON.parse(text) };
      // A server in trouble may have committed before it got there.
      const isUnknown = response.status >= 500 || response.status === 429;
      return { type: isUnknown ? 'info' : 'fail', reason: `${response.status} ${text.slice(0, 200)}` };
    } catch (error) {
      return { type: 'info', reason: String((error as Error).cause ?? error) };
    }
  }
}
