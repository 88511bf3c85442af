import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ErrorGroupList, ErrorGroupPath, ErrorGroupWithState, ListErrorsQuery } from '../contract/stats.dto.js';
import { ErrorGroups } from './error-groups.js';

/** `GET /errors`, and what a person says of a group. */
@ApiTags('errors')
@Controller('errors')
export class ErrorsController {
  constructor(private readonly groups: ErrorGroups) {}

  @Get()
  @ApiOperation({ summary: 'List groups of failures, most frequent first' })
  @ApiOkResponse({ type: ErrorGroupList })
  list(@Query() query: ListErrorsQuery): Promise<ErrorGroupList> {
    return this.groups.list(query);
  }

  @Post(':fingerprint/mute')
  @HttpCode(200)
  @ApiOperation({ summary: 'Hide a group until it is reopened' })
  @ApiOkResponse({ type: ErrorGroupWithState })
  mute(@Param() { fingerprint }: ErrorGroupPath): Promise<ErrorGroupWithState> {
    return this.groups.setState(fingerprint, 'muted');
  }

  @Post(':fingerprint/resolve')
  @HttpCode(200)
  @ApiOperation({ summary: 'Hide a group until it happens again' })
  @ApiOkResponse({ type: ErrorGroupWithState })
  resolve(@Param() { fingerprint }: ErrorGroupPath): Promise<ErrorGroupWithState> {
    return this.groups.setState(fingerprint, 'resolved');
  }

  @Post(':fingerprint/reopen')
  @HttpCode(200)
  @ApiOperation({ summary: 'Show a group again' })
  @ApiOkResponse({ type: ErrorGroupWithState })
  reopen(@Param() { fingerprint }: ErrorGroupPath): Promise<ErrorGroupWithState> {
    return this.groups.setState(fingerprint, 'open');
  }
}
