import { mkdtemp, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Delete, Get, HttpCode, Module, Post, Body, Param, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { pino } from 'pino';
import { readCommand, type Config } from '../../src/config/config.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { CreateJob, JobPath, ListJobsQuery } from '../../src/contract/job.dto.js';
import type { AnswerObserver } from '../../src/platform/http/access-log.js';
import { Actor } from '../../src/platform/http/actor.js';
import { configureApp } from '../../src/platform/http/configure-app.js';
import { EdgeModule } from '../../src/platform/http/edge.module.js';

@Controller()
class ProbeController {
  @Get('jobs')
  list(@Query() query: ListJobsQuery): object {
    return query;
  }

  @Post('jobs')
  create(@Body() job: CreateJob): object {
    return job;
  }

  @Get('jobs/:id')
  get(@Param() { id }: JobPath): object {
    return { id };
  }

  @Delete('jobs/:id')
  @HttpCode(204)
  remove(): void {}

  @Post('actor')
  actor(@Actor() actor: string | null): object {
    return { actor };
  }

  @Get('health/live')
  live(): object {
    return { status: 'ok' };
  }
}

export interface EdgeApp {
  app: NestExpressApplication;
  server: ReturnType<NestExpressApplication['getHttpServer']>;
  /** Lines of the log so far. */
  logged: string[];
}

/** An app with everything of the HTTP edge, and controllers that need no database. */
export async function startEdgeApp(
  environment: Record<string, string> = {},
  { dashboardFolder, observe }: { dashboardFolder?: string; observe?: AnswerObserver } = {},
): Promise<EdgeApp> {
  const config = configOf(environment);
  const logged: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line) => void logged.push(line) });
  @Module({
    imports: [ConfigModule.with(config, logger), EdgeModule.with(dashboardFolder ?? '/nowhere')],
    controllers: [ProbeController],
  })
  class ProbeModule {}
  const app = await NestFactory.create<NestExpressApplication>(ProbeModule, { bodyParser: false, logger: false });
  configureApp(app, config, logger, observe);
  await app.listen(0, '127.0.0.1');
  return { app, server: app.getHttpServer(), logged };
}

export function configOf(environment: Record<string, string>): Config {
  const command = readCommand([], environment, '/nowhere');
  if (command.kind !== 'run') throw new Error('not a configuration');
  return command.config;
}

/** A folder as Vite leaves it. */
export async function buildDashboard(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'test-dashboard-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Dashboard</title>');
  await writeFile(join(folder, 'assets/main-abc123.js'), 'export {};');
  return folder;
}
