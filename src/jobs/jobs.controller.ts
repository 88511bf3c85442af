import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { ErrorBody } from '../contract/errors.js';
import {
  AttemptList,
  CreatedJobs,
  CreateJob,
  CreateJobs,
  Job,
  JobPath,
  ListAttemptsQuery,
  RerunJob,
} from '../contract/job.dto.js';
import { DomainError } from '../platform/errors/domain-error.js';
import { Actor } from '../platform/http/actor.js';
import { JobCommands } from './job-commands.js';
import { JobReader } from './job-reader.js';
import { Submission } from './submission.js';

const MAX_KEY_LENGTH = 255;

/** Submitting jobs, looking at them, and steering them one by one. */
@ApiTags('jobs')
@ApiBadRequestResponse({ type: ErrorBody })
@Controller('jobs')
export class JobsController {
  constructor(
    private readonly submission: Submission,
    private readonly reader: JobReader,
    private readonly commands: JobCommands,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Submit a job. Answered once it is durable.' })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same as idempotency_key in the body.' })
  @ApiCreatedResponse({ type: Job })
  @ApiOkResponse({ type: Job, description: 'The job that was submitted before with this key and body.' })
  @ApiConflictResponse({ type: ErrorBody, description: 'The key was used with another body.' })
  async create(
    @Body() body: CreateJob,
    @Headers('idempotency-key') header: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Job> {
    const { job, isNew } = await this.submission.create(withKey(body, header));
    if (!isNew) response.status(200);
    return job;
  }

  @Post('bulk')
  @ApiOperation({ summary: 'Submit up to 10,000 jobs: all or none.' })
  @ApiCreatedResponse({ type: CreatedJobs })
  @ApiConflictResponse({ type: ErrorBody, description: 'A key was used with another body; the field says which.' })
  createAll(@Body() { jobs }: CreateJobs): Promise<CreatedJobs> {
    return this.submission.createAll(jobs);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One job in full.' })
  @ApiOkResponse({ type: Job })
  @ApiNotFoundResponse({ type: ErrorBody })
  get(@Param() { id }: JobPath): Promise<Job> {
    return this.reader.get(id);
  }

  @Get(':id/attempts')
  @ApiOperation({ summary: 'Every attempt of a job, oldest first.' })
  @ApiOkResponse({ type: AttemptList })
  @ApiNotFoundResponse({ type: ErrorBody })
  attempts(@Param() { id }: JobPath, @Query() { cursor = 0, limit = 100 }: ListAttemptsQuery): Promise<AttemptList> {
    return this.reader.attempts(id, cursor, limit);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Cancel a job; one that runs is asked to stop.' })
  @ApiOkResponse({ type: Job })
  @ApiNotFoundResponse({ type: ErrorBody })
  @ApiConflictResponse({ type: ErrorBody })
  cancel(@Param() { id }: JobPath, @Actor() actor: string | null): Promise<Job> {
    return this.commands.one('cancel', id, actor);
  }

  @Post(':id/retry')
  @HttpCode(200)
  @ApiOperation({ summary: 'Run a FAILED, DEAD or CANCELLED job again, with fresh budgets.' })
  @ApiOkResponse({ type: Job })
  @ApiNotFoundResponse({ type: ErrorBody })
  @ApiConflictResponse({ type: ErrorBody })
  retry(@Param() { id }: JobPath, @Actor() actor: string | null): Promise<Job> {
    return this.commands.one('retry', id, actor);
  }

  @Post(':id/rerun')
  @ApiOperation({ summary: 'Submit a new job like this one, optionally with changes.' })
  @ApiCreatedResponse({ type: Job })
  @ApiNotFoundResponse({ type: ErrorBody })
  rerun(@Param() { id }: JobPath, @Body() changes: RerunJob): Promise<Job> {
    return this.commands.rerun(id, changes);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete an ended job with its attempts and logs.' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ type: ErrorBody })
  @ApiConflictResponse({ type: ErrorBody })
  async remove(@Param() { id }: JobPath, @Actor() actor: string | null): Promise<void> {
    await this.commands.removeOne(id, actor);
  }
}

/** @throws DomainError `invalid_request` when header and body disagree, or the header is no usable key */
function withKey(body: CreateJob, header: string | undefined): CreateJob {
  if (header === undefined) return body;
  if (header === '' || header.length > MAX_KEY_LENGTH)
    throw badKey(`must have between 1 and ${MAX_KEY_LENGTH} characters`);
  // Node reads headers as Latin-1: other characters would not be those that were meant, nor those of the same key in a body.
  if (!/^[\x20-\x7e]+$/.test(header)) throw badKey('must be ASCII; give other keys in the body');
  if (body.idempotency_key != null && body.idempotency_key !== header)
    throw badKey('differs from idempotency_key in the body');
  return { ...body, idempotency_key: header };
}

function badKey(message: string): DomainError {
  return new DomainError('invalid_request', `The request is not valid: Idempotency-Key ${message}.`, {
    details: [{ field: 'Idempotency-Key', message }],
  });
}
