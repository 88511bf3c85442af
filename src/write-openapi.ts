import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { readCommand } from './config/config.js';
import { createLogger } from './platform/logger.js';
import { openApiDocument } from './platform/http/open-api.js';
import { packageRoot } from './platform/package-root.js';
import { OrchestratorModule } from './roles.js';

/** Writes the OpenAPI document of the orchestrator to openapi.json. In preview nothing is made or connected, only looked at. */
async function main(): Promise<void> {
  const command = readCommand([], {}, '');
  if (command.kind !== 'run') throw new Error('no configuration');
  const logger = createLogger({ level: 'error', format: 'json', role: 'openapi' });
  const app = await NestFactory.create(OrchestratorModule.with(command.config, logger), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  await writeFile(join(packageRoot, 'openapi.json'), `${JSON.stringify(openApiDocument(app), null, 2)}\n`);
}

await main();
