import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiBadRequestResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ErrorBody } from '../../contract/errors.js';
import { JobList, ListJobsQuery } from '../../contract/job.dto.js';
import { onAnswerEnd } from '../../platform/http/answer-end.js';
import { callerOf } from '../../platform/http/caller.js';
import { JobLists } from './job-lists.js';

/** `GET /jobs`. */
@ApiTags('jobs')
@Controller('jobs')
export class JobListsController {
  constructor(private readonly lists: JobLists) {}

  @Get()
  @ApiOperation({ summary: 'List jobs, newest first, without their payloads.' })
  @ApiOkResponse({ type: JobList })
  @ApiBadRequestResponse({ type: ErrorBody })
  list(
    @Query() query: ListJobsQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<JobList> {
    const present = new AbortController();
    onAnswerEnd(response, (isCutOff) => isCutOff && present.abort());
    const { role = '', actor = '' } = callerOf(request) ?? {};
    return this.lists.list(query, { caller: `${role} ${actor}`, signal: present.signal });
  }
}
