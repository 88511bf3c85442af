import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { ErrorBody } from '../contract/errors.js';
import {
  GroupWorkersQuery,
  Heartbeat,
  HeartbeatAnswer,
  ListWorkersQuery,
  RegisteredWorker,
  RegisterWorker,
  Worker,
  WorkerGroupList,
  WorkerHistory,
  WorkerList,
  WorkerPath,
} from '../contract/worker.dto.js';
import { Heartbeats } from './heartbeats.js';
import { WorkerBoard } from './worker-board.js';
import { WorkerRegistry } from './worker-registry.js';

/** The orchestrator's side of the worker protocol, and what people see of workers. */
@ApiTags('workers')
@ApiBadRequestResponse({ type: ErrorBody })
@Controller('workers')
export class WorkersController {
  constructor(
    private readonly registry: WorkerRegistry,
    private readonly heartbeats: Heartbeats,
    private readonly board: WorkerBoard,
  ) {}

  @Post('register')
  @ApiOperation({ summary: 'Register a worker. The answer sets its intervals.' })
  @ApiCreatedResponse({ type: RegisteredWorker })
  register(@Body() body: RegisterWorker): Promise<RegisteredWorker> {
    return this.registry.register(body);
  }

  @Post('heartbeat')
  @HttpCode(200)
  @ApiOperation({ summary: 'Say that a worker lives, and renew the leases it holds.' })
  @ApiOkResponse({ type: HeartbeatAnswer })
  @ApiNotFoundResponse({ type: ErrorBody, description: 'Unknown worker: register again.' })
  heartbeat(@Body() body: Heartbeat): Promise<HeartbeatAnswer> {
    return this.heartbeats.take(body);
  }

  @Get()
  @ApiOperation({ summary: 'List workers: filtered, sorted, a page at a time.' })
  @ApiOkResponse({ type: WorkerList })
  list(@Query() query: ListWorkersQuery): Promise<WorkerList> {
    return this.registry.list(query);
  }

  @Get('groups')
  @ApiOperation({ summary: 'Sum up workers by what they have in common.' })
  @ApiOkResponse({ type: WorkerGroupList })
  groups(@Query() { by = 'version' }: GroupWorkersQuery): Promise<WorkerGroupList> {
    return this.board.groups(by);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One worker, with all that it runs.' })
  @ApiOkResponse({ type: Worker })
  @ApiNotFoundResponse({ type: ErrorBody })
  get(@Param() { id }: WorkerPath): Promise<Worker> {
    return this.registry.get(id);
  }

  @Get(':id/history')
  @ApiOperation({ summary: 'What a worker did in the last hour, and which attempts it lost in the last day.' })
  @ApiOkResponse({ type: WorkerHistory })
  @ApiNotFoundResponse({ type: ErrorBody })
  history(@Param() { id }: WorkerPath): Promise<WorkerHistory> {
    return this.registry.history(id);
  }

  @Post(':id/drain')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let a worker finish what it has and take no more.' })
  @ApiOkResponse({ type: Worker })
  @ApiNotFoundResponse({ type: ErrorBody })
  drain(@Param() { id }: WorkerPath): Promise<Worker> {
    return this.registry.setState(id, 'draining');
  }

  @Post(':id/resume')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let a draining worker take jobs again.' })
  @ApiOkResponse({ type: Worker })
  @ApiNotFoundResponse({ type: ErrorBody })
  resume(@Param() { id }: WorkerPath): Promise<Worker> {
    return this.registry.setState(id, 'active');
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Forget a worker that is offline, or draining and done.' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ type: ErrorBody })
  @ApiConflictResponse({ type: ErrorBody })
  forget(@Param() { id }: WorkerPath): Promise<void> {
    return this.registry.forget(id);
  }
}
