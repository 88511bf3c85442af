import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBadRequestResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ActionPath, JobsAction, StartAction } from '../../contract/action.dto.js';
import { ErrorBody } from '../../contract/errors.js';
import { Actor } from '../../platform/http/actor.js';
import { JobActions } from './job-actions.js';

/** Bulk actions. */
@ApiTags('jobs')
@ApiNotFoundResponse({ type: ErrorBody })
@Controller('jobs/actions')
export class JobActionsController {
  constructor(private readonly actions: JobActions) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Plan an action on many jobs, then run the plan by its token.' })
  @ApiOkResponse({ type: JobsAction })
  @ApiBadRequestResponse({ type: ErrorBody })
  start(@Body() body: StartAction, @Actor() actor: string | null): Promise<JobsAction> {
    return this.actions.start(body, actor);
  }

  @Get(':token')
  @ApiOperation({ summary: 'How far an action has come.' })
  @ApiOkResponse({ type: JobsAction })
  get(@Param() { token }: ActionPath): Promise<JobsAction> {
    return this.actions.get(token);
  }

  @Post(':token/abort')
  @HttpCode(200)
  @ApiOperation({ summary: 'Stop an action; what is done stays done.' })
  @ApiOkResponse({ type: JobsAction })
  abort(@Param() { token }: ActionPath): Promise<JobsAction> {
    return this.actions.abort(token);
  }
}
