import { Controller, Get, Query } from '@nestjs/common';
import { ApiBadRequestResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ErrorBody } from '../../contract/errors.js';
import { JobList, ListJobsQuery } from '../../contract/job.dto.js';
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
  list(@Query() query: ListJobsQuery): Promise<JobList> {
    return this.lists.list(query);
  }
}
