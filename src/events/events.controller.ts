import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { EventStream } from './event-stream.js';

/** `GET /events`: what changes, as it changes. */
@ApiTags('events')
@Controller('events')
export class EventsController {
  constructor(private readonly stream: EventStream) {}

  @Get()
  @ApiOperation({
    summary: 'Stream events',
    description:
      'Server-sent events: hints that jobs, workers or queues changed, sent after the commit. `hello` comes first; `reset` means that ' +
      'events were missed, so fetch anew what you show. A comment every 15 seconds shows that the stream lives.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'Go on after this event, if it is still remembered.',
  })
  @ApiProduces('text/event-stream')
  @ApiResponse({ status: 200, description: 'The stream.', schema: { type: 'string' } })
  open(@Req() request: Request, @Res() response: Response): void {
    this.stream.open(response, request.get('last-event-id'));
    // Node sends no body to HEAD, so there is nothing to wait for.
    if (request.method === 'HEAD') response.end();
  }
}
