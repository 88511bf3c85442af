#!/usr/bin/env node
import 'reflect-metadata';
import { ConfigError, helpText, readCommand, type Config } from './config/config.js';
import { EmbeddedPostgresError } from './platform/embedded-postgres/embedded-postgres-error.js';
import { createLogger, type Logger } from './platform/logger.js';
import { version } from './platform/package-root.js';
import { startOrchestrator } from './orchestrator.js';
import { WorkerProcess } from './worker-process.js';
import { HandlersError } from './worker-runtime/load-handlers.js';
import { startWorker } from './worker-runtime/start-worker.js';

/** Something that runs until it is told to stop; a second call hurries. */
interface Running {
  stop(): Promise<void>;
  /** Settles when it ends by itself. */
  readonly stopped?: Promise<void>;
}

/** Errors whose message alone is for the person who started this; a stack would bury it. */
const PLAIN_ERRORS = [ConfigError, EmbeddedPostgresError, HandlersError];

async function main(args: string[]): Promise<void> {
  const command = readCommand(args, process.env);
  if (command.kind === 'help') return void process.stdout.write(helpText());
  if (command.kind === 'version') return void process.stdout.write(`${version}\n`);
  const { config } = command;
  const logger = createLogger({ level: config.logLevel, format: config.logFormat, role: config.role });
  const running = config.role === 'worker' ? await startWorker({ config, logger }) : await startServing(config, logger, args);
  await untilStopped(running, logger);
}

async function startServing(config: Config, logger: Logger, args: readonly string[]): Promise<Running> {
  const orchestrator = await startOrchestrator(config, logger);
  logger.info({ url: orchestrator.url, role: config.role }, 'listening');
  if (config.role !== 'all') return orchestrator;
  const worker = new WorkerProcess(args, orchestrator.url, config.shutdownSeconds, logger);
  return {
    stop: async () => {
      await worker.stop();
      await orchestrator.stop();
    },
  };
}

/** Stops in good order on SIGINT or SIGTERM, at once on the second. */
async function untilStopped(running: Running, logger: Logger): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const stop = (signal: NodeJS.Signals) => {
      logger.info({ signal }, 'stopping');
      running.stop().then(resolve, reject);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    running.stopped?.then(resolve, reject);
  });
  logger.info('stopped');
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const isPlain = PLAIN_ERRORS.some((type) => error instanceof type);
  process.stderr.write(`${isPlain ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = 1;
  // Whatever still holds the event loop must not keep a failed process alive.
  setTimeout(() => process.exit(1), 1000).unref();
});
