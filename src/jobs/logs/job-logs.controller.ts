import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiConflictResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ErrorBody } from '../../contract/errors.js';
import { JobPath } from '../../contract/job.dto.js';
import { AppendLogs, ListLogsQuery, LogList, LogsAppended } from '../../contract/lease.dto.js';
import { JobLogs } from './job-logs.js';

/** What attempts log. */
@ApiTags('jobs')
@ApiNotFoundResponse({ type: ErrorBody })
@Controller('jobs')
export class JobLogsController {
  constructor(private readonly logs: JobLogs) {}

  @Post(':id/logs')
  @HttpCode(200)
  @ApiOperation({ summary: 'Add lines to the log of a running attempt. Carries the fence, as reports do.' })
  @ApiOkResponse({ type: LogsAppended })
  @ApiConflictResponse({ type: ErrorBody })
  append(@Param() { id }: JobPath, @Body() body: AppendLogs): Promise<LogsAppended> {
    return this.logs.append(id, body);
  }

  @Get(':id/logs')
  @ApiOperation({ summary: "The lines that a job's attempts logged, in order." })
  @ApiOkResponse({ type: LogList })
  list(@Param() { id }: JobPath, @Query() query: ListLogsQuery): Promise<LogList> {
    return this.logs.list(id, query);
  }
}
