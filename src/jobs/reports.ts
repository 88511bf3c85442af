import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '../config/config.module.js';
import type { AttemptOutcome } from '../contract/job-state.js';
import type { Report, ReportResult, ReportVerdict } from '../contract/lease.dto.js';
import { Batcher } from '../platform/batcher.js';
import { Database } from '../platform/database/database.js';
import { DomainError } from '../platform/errors/domain-error.js';
import { JsonText } from '../platform/json/json-text.js';
import type { Logger } from '../platform/logger.js';
import { QueueSettings } from '../queue/queue-settings.js';
import { Announcer } from './announcer.js';
import { attemptError } from './attempt-error.js';
import type { FateRow, Fence, Lease } from './job-rows.js';
import { fenceArrays, JobStore, type Ending } from './job-store.js';
import { findAttemptsOfWorker, findFates } from './queries/report-queries.js';

/** A report that names its attempt and carries its fence. */
export type FencedReport = Report & { attempt: number; lease_token: string };

const DEFAULT_MESSAGES = {
  FAILED: 'The handler failed.',
  TIMED_OUT: 'The attempt took longer than its time limit.',
} as const;

/** Takes in how attempts ended. Successes take one statement a batch; all else asks the state machine, row by row, in a transaction. */
@Injectable()
export class Reports {
  private readonly successes: Batcher<FencedReport, ReportResult>;
  private readonly others: Batcher<FencedReport, ReportResult>;
  private readonly givingBack = new Set<Promise<unknown>>();
  private slotFreed: (queue: string) => void = () => undefined;

  constructor(
    private readonly store: JobStore,
    private readonly database: Database,
    private readonly announcer: Announcer,
    private readonly settings: QueueSettings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const unusable = (report: FencedReport): ReportResult => result(report, 'invalid', 'The database cannot hold it.');
    this.successes = new Batcher({ run: (batch) => this.succeed(batch), maxItems: 500, lanes: 2, refuse: unusable });
    this.others = new Batcher({ run: (batch) => this.end(batch), maxItems: 500, refuse: unusable });
  }

  /** Calls back when a job of a queue with a limit has ended, so that another may run. */
  onSlotFreed(listener: (queue: string) => void): void {
    this.slotFreed = listener;
  }

  /**
   * One verdict per report, in order. Once it resolves, what was accepted is durable.
   * @param workerId whose attempts they are, for reports without a fence
   */
  async take(workerId: string, reports: readonly Report[]): Promise<ReportResult[]> {
    const fenced = reports.every(isFenced)
      ? reports
      : await Promise.all(reports.map((each) => this.fence(workerId, each)));
    const [successes, others] = [[] as FencedReport[], [] as FencedReport[]];
    for (const each of fenced) if (isFenced(each)) (each.status === 'SUCCESS' ? successes : others).push(each);
    const [succeeded, ended] = await Promise.all([this.successes.addAll(successes), this.others.addAll(others)]);
    let nextSuccess = 0;
    let nextOther = 0;
    return fenced.map((each) => {
      if (!isFenced(each)) return each;
      return each.status === 'SUCCESS' ? succeeded[nextSuccess++]! : ended[nextOther++]!;
    });
  }

  /** Releases leases whose answer reached nobody. Best effort: else they expire. */
  giveBack(leases: readonly Lease[]): void {
    const reports = leases.map(({ id, attempt, leaseToken }): FencedReport => {
      return { job_id: id, attempt, lease_token: leaseToken, status: 'RELEASED' };
    });
    const underWay = this.others
      .addAll(reports)
      .catch((error: unknown) => this.logger.debug({ err: error }, 'leases were not given back'))
      .finally(() => this.givingBack.delete(underWay));
    this.givingBack.add(underWay);
  }

  /** Resolves when what is being given back is: until then a repeated poll would find leases that are about to end. */
  async givenBack(): Promise<void> {
    await Promise.all(this.givingBack);
  }

  /**
   * The short form, without attempt and token, is clear only when this worker has held exactly one attempt of the job.
   * @throws DomainError `ambiguous_report`
   */
  private async fence(workerId: string, report: Report): Promise<FencedReport | ReportResult> {
    if (isFenced(report)) return report;
    const held = await this.database.lease.query<{ attempt: number; lease_token: string }>(findAttemptsOfWorker, [
      report.job_id,
      workerId,
    ]);
    const [only] = held;
    const isNamed = report.attempt === undefined || report.attempt === only?.attempt;
    if (only && held.length === 1 && isNamed && report.lease_token === undefined) return { ...report, ...only };
    if (!only) {
      const [known] = await this.database.lease.query<FateRow>(findFates, [[report.job_id], [0], [null]]);
      return known
        ? result(report, 'lost', 'This worker never held the job.')
        : result(report, 'not_found', 'There is no such job.');
    }
    throw new DomainError('ambiguous_report', 'Say which attempt is meant: give attempt and lease_token.', {
      details: [
        { field: 'attempt', message: `is needed: this worker has held more than one attempt of job ${report.job_id}` },
      ],
    });
  }

  private async succeed(batch: readonly FencedReport[]): Promise<ReportResult[]> {
    const first = firstOfEachFence(batch);
    const succeeded = await this.store.succeed(
      first.map(fenceOf),
      first.map(({ result: value }) => (value instanceof JsonText ? value.text : null)),
    );
    const accepted = new Set(succeeded.flatMap(({ places }) => places.map((place) => first[place]!)));
    this.announcer.tell('SUCCESS', accepted.size, () =>
      succeeded.flatMap(({ places, ...facts }) =>
        places.map((place) => {
          const { job_id: id, attempt } = first[place]!;
          return { id, attempt, status: 'SUCCESS', ...facts };
        }),
      ),
    );
    this.freeSlots(succeeded);
    return this.verdicts(batch, accepted);
  }

  private async end(batch: readonly FencedReport[]): Promise<ReportResult[]> {
    const first = firstOfEachFence(batch);
    const byFence = new Map(first.map((report) => [keyOf(report), report]));
    const rows = await this.store.end(first.map(fenceOf), (attempt) => endingOf(byFence.get(keyOf(attempt))!));
    this.announcer.announce(rows);
    this.freeSlots(rows);
    const accepted = rows.map((row) => byFence.get(keyOf({ ...row, job_id: row.id }))!);
    return this.verdicts(batch, new Set(accepted));
  }

  /** Whatever was not accepted repeats a report that was (a second copy is judged after the first), or is about an attempt that ended otherwise. */
  private async verdicts(batch: readonly FencedReport[], accepted: ReadonlySet<FencedReport>): Promise<ReportResult[]> {
    const fates = await this.fatesOf(batch.filter((report) => !accepted.has(report)));
    return batch.map((report) =>
      accepted.has(report) ? result(report, 'accepted') : refusal(report, fates.get(keyOf(report))),
    );
  }

  private async fatesOf(reports: readonly FencedReport[]): Promise<Map<string, FateRow>> {
    if (reports.length === 0) return new Map();
    const rows = await this.database.lease.query<FateRow>(findFates, fenceArrays(reports.map(fenceOf)));
    return new Map(rows.map((row) => [keyOf(row), row]));
  }

  private freeSlots(ended: readonly { queue: string }[]): void {
    if (this.settings.limits.size === 0) return;
    for (const queue of new Set(ended.map((job) => job.queue)))
      if (this.settings.limits.has(queue)) this.slotFreed(queue);
  }
}

function isFenced(report: Report | ReportResult): report is FencedReport {
  return 'lease_token' in report && report.lease_token != null && report.attempt != null;
}

function fenceOf({ job_id: jobId, attempt, lease_token: leaseToken }: FencedReport): Fence {
  return { jobId, attempt, leaseToken };
}

function keyOf({ job_id, attempt, lease_token }: Pick<FencedReport, 'job_id' | 'attempt' | 'lease_token'>): string {
  return `${job_id} ${attempt} ${lease_token}`;
}

/** In lock order, each fence once. */
function firstOfEachFence(batch: readonly FencedReport[]): FencedReport[] {
  const byToken = new Map<string, FencedReport>();
  const first = batch.filter((report) => {
    const other = byToken.get(report.lease_token);
    if (!other) byToken.set(report.lease_token, report);
    return !other || other.job_id !== report.job_id || other.attempt !== report.attempt;
  });
  return first.sort((a, b) => (a.job_id < b.job_id ? -1 : 1));
}

function refusal(report: FencedReport, fate: FateRow | undefined): ReportResult {
  if (!fate) return result(report, 'not_found', 'There is no such job.');
  if (fate.status === null) return result(report, 'lost', 'There is no such attempt.');
  if (!fate.is_own_lease) return result(report, 'lost', 'The lease token is not the one of this attempt.');
  if (fate.status === report.status) return result(report, 'duplicate');
  if (fate.status === 'RUNNING') return result(report, 'invalid', 'Nobody asked to cancel this job.');
  return result(report, 'lost', `The attempt has ended before: ${fate.status}.`);
}

function endingOf(report: FencedReport): Ending {
  const { status, retryable = true, retry_after_seconds: retryAfterSeconds } = report;
  if (status === 'FAILED' || status === 'TIMED_OUT') {
    const outcome: AttemptOutcome = { status, retryable, ...(retryAfterSeconds != null && { retryAfterSeconds }) };
    return { outcome, error: attemptError(report.error, DEFAULT_MESSAGES[status]) };
  }
  return { outcome: { status }, error: null };
}

function result(report: Report, verdict: ReportVerdict, message?: string): ReportResult {
  return { job_id: report.job_id, attempt: report.attempt ?? null, verdict, ...(message !== undefined && { message }) };
}
