import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ListQueuesQuery, Queue, QueueList, QueuePath, QueuesRebuilt, UpdateQueue } from '../contract/queue.dto.js';
import { QueueChanges } from './queue-changes.js';
import { QueueReader } from './queue-reader.js';

/** `/queues`: how long they are, and whether and how much they hand out. */
@ApiTags('queues')
@Controller('queues')
export class QueuesController {
  constructor(
    private readonly queues: QueueReader,
    private readonly changes: QueueChanges,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List queues: filtered, sorted, a page at a time' })
  @ApiOkResponse({ type: QueueList })
  list(@Query() query: ListQueuesQuery): Promise<QueueList> {
    return this.queues.list(query);
  }

  @Post('rebuild')
  @HttpCode(200)
  @ApiOperation({ summary: 'Fill the ready queue in Redis anew' })
  @ApiOkResponse({ type: QueuesRebuilt })
  rebuild(): Promise<QueuesRebuilt> {
    return this.changes.rebuild();
  }

  @Get(':name')
  @ApiOperation({ summary: 'Read one queue' })
  @ApiOkResponse({ type: Queue })
  get(@Param() { name }: QueuePath): Promise<Queue> {
    return this.queues.get(name);
  }

  @Patch(':name')
  @ApiOperation({ summary: 'Limit how many jobs of a queue run at a time' })
  @ApiOkResponse({ type: Queue })
  update(@Param() { name }: QueuePath, @Body() { concurrency_limit }: UpdateQueue): Promise<Queue> {
    return concurrency_limit === undefined ? this.queues.get(name) : this.changes.limit(name, concurrency_limit);
  }

  @Post(':name/pause')
  @HttpCode(200)
  @ApiOperation({ summary: 'Stop handing out the jobs of a queue' })
  @ApiOkResponse({ type: Queue })
  pause(@Param() { name }: QueuePath): Promise<Queue> {
    return this.changes.pause(name);
  }

  @Post(':name/resume')
  @HttpCode(200)
  @ApiOperation({ summary: 'Hand out the jobs of a queue again' })
  @ApiOkResponse({ type: Queue })
  resume(@Param() { name }: QueuePath): Promise<Queue> {
    return this.changes.resume(name);
  }
}
