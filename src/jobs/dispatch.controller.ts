import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBody,
  ApiConflictResponse,
  ApiExtraModels,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { ErrorBody, type ErrorCode } from '../contract/errors.js';
import {
  LeasedJobs,
  NextJobs,
  ReportAnswer,
  ReportBatch,
  SingleReport,
  type Report,
  type ReportNext,
  type ReportResult,
  type ReportVerdict,
} from '../contract/lease.dto.js';
import { DomainError } from '../platform/errors/domain-error.js';
import { onAnswerEnd } from '../platform/http/answer-end.js';
import { OneOfBody } from '../platform/validation/contract-pipe.js';
import { QueueSettings } from '../queue/queue-settings.js';
import { Dispatcher } from './dispatcher.js';
import type { Lease } from './job-rows.js';
import { leasedJobs } from './job-view.js';
import { Reports } from './reports.js';
import { WorkerMinutes } from './worker-minutes.js';

/** What a single report is refused with; a batch says it per report. */
const REFUSALS: Partial<Record<ReportVerdict, ErrorCode>> = {
  lost: 'lease_lost',
  not_found: 'job_not_found',
  invalid: 'invalid_request',
};

/** The two calls that workers live on: taking jobs and reporting how they ended. */
@ApiTags('workers')
@ApiBadRequestResponse({ type: ErrorBody })
@Controller('jobs')
export class DispatchController {
  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly reports: Reports,
    private readonly settings: QueueSettings,
    private readonly minutes: WorkerMinutes,
  ) {}

  @Post('next')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take jobs; with wait_seconds a long poll.' })
  @ApiOkResponse({ type: LeasedJobs })
  @ApiNotFoundResponse({ type: ErrorBody, description: 'Unknown worker: register first.' })
  async next(@Body() body: NextJobs, @Res({ passthrough: true }) response: Response): Promise<LeasedJobs> {
    const caller = new AbortController();
    onAnswerEnd(response, (isCutOff) => isCutOff && caller.abort());
    const leases = await this.dispatcher.next(body, caller.signal);
    this.giveBackUnlessSent(response, leases);
    return { jobs: leasedJobs(leases) };
  }

  @Post('report')
  @HttpCode(200)
  @ApiOperation({ summary: 'Report how attempts ended: one, or many, which may also take the next jobs.' })
  @ApiExtraModels(SingleReport, ReportBatch)
  @ApiBody({ schema: { oneOf: [{ $ref: getSchemaPath(SingleReport) }, { $ref: getSchemaPath(ReportBatch) }] } })
  @ApiOkResponse({ type: ReportAnswer })
  @ApiNotFoundResponse({ type: ErrorBody, description: 'A single report about an unknown job.' })
  @ApiConflictResponse({ type: ErrorBody, description: 'A single report whose lease is no longer held.' })
  async report(
    @OneOfBody(reportClass) body: SingleReport | ReportBatch,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReportAnswer> {
    if ('reports' in body) return this.reportMany(body, response);
    const { worker_id: workerId, ...report } = body;
    const [result] = await this.take(workerId, [report]);
    const refusal = REFUSALS[result!.verdict];
    if (refusal) throw new DomainError(refusal, result!.message ?? 'The report was not accepted.');
    return { results: [result!] };
  }

  private async reportMany(body: ReportBatch, response: Response): Promise<ReportAnswer> {
    const { worker_id: workerId, reports, next } = body;
    if (!next) return { results: await this.take(workerId, reports) };
    // A queue at its limit has room only after the reports. Without limits nothing has to wait.
    const coming = this.settings.limits.size === 0 ? this.nextFor(workerId, next) : undefined;
    try {
      const results = await this.take(workerId, reports);
      const leases = await (coming ?? this.nextFor(workerId, next));
      this.giveBackUnlessSent(response, leases);
      return { results, jobs: leasedJobs(leases) };
    } catch (error) {
      void coming?.then((leases) => this.reports.giveBack(leases));
      throw error;
    }
  }

  private async take(workerId: string, reports: readonly Report[]): Promise<ReportResult[]> {
    const results = await this.reports.take(workerId, reports);
    this.minutes.countReports(workerId, reports, results);
    return results;
  }

  /** Whatever goes wrong with the next jobs must not make the worker repeat its reports. Never rejects. */
  private async nextFor(workerId: string, { limit, poll_id }: ReportNext): Promise<Lease[]> {
    try {
      return await this.dispatcher.next({ worker_id: workerId, limit, poll_id }, new AbortController().signal);
    } catch {
      return [];
    }
  }

  /** An answer that closes before it is finished reached nobody: its leases need not wait to expire. */
  private giveBackUnlessSent(response: Response, leases: readonly Lease[]): void {
    if (leases.length === 0) return;
    if (response.destroyed) return this.reports.giveBack(leases);
    onAnswerEnd(response, (isCutOff) => isCutOff && this.reports.giveBack(leases));
  }
}

function reportClass(body: unknown): typeof SingleReport | typeof ReportBatch {
  return typeof body === 'object' && body !== null && 'reports' in body ? ReportBatch : SingleReport;
}
