import { Controller, Get, Param } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ErrorBody } from '../../contract/errors.js';
import { JobEventList, JobExplanation, JobPath } from '../../contract/job.dto.js';
import { JobExplainer } from './job-explainer.js';

/** Why a job is where it is. */
@ApiTags('jobs')
@ApiNotFoundResponse({ type: ErrorBody })
@Controller('jobs')
export class JobExplainerController {
  constructor(private readonly explainer: JobExplainer) {}

  @Get(':id/explain')
  @ApiOperation({ summary: 'Why a job does not run yet, gate by gate.' })
  @ApiOkResponse({ type: JobExplanation })
  explain(@Param() { id }: JobPath): Promise<JobExplanation> {
    return this.explainer.explain(id);
  }

  @Get(':id/events')
  @ApiOperation({ summary: 'Who did what to a job, oldest first.' })
  @ApiOkResponse({ type: JobEventList })
  events(@Param() { id }: JobPath): Promise<JobEventList> {
    return this.explainer.events(id);
  }
}
