import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Health, Liveness } from '../contract/health.dto.js';
import { Readiness } from './readiness.js';

/** The probes: restart me (`live`), send me work (`ready`). Both are open without a key. */
@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @ApiOperation({ summary: 'Whether the process answers at all. It asks nobody else: a restart mends no database.' })
  @ApiOkResponse({ type: Liveness })
  live(): Liveness {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Whether the orchestrator can do its work, as of a second ago.' })
  @ApiOkResponse({ type: Health, description: 'ok, or degraded: it works, but slower, as when Redis is away.' })
  @ApiResponse({ status: 503, type: Health, description: 'error: PostgreSQL is away, or the server is shutting down.' })
  async ready(@Res({ passthrough: true }) response: Response): Promise<Health> {
    const health = await this.readiness.read();
    if (health.status === 'error') response.status(503);
    return health;
  }
}
