#!/usr/bin/env node
import 'reflect-metadata';
import { ConfigError, helpText, readCommand, type Config } from './config/config.js';
import { clock } from './platform/clock.js';
import { EmbeddedPostgresError } from './platform/embedded-postgres/embedded-postgres-error.js';
import { StartError } from './platform/errors/start-error.js';
import { limitHeapGrowth } from './platform/heap-growth.js';
import { createLogger, type Logger } from './platform/logger.js';
import { version } from './platform/package-root.js';
import { welcome, welcomeText } from './welcome.js';
import { WorkerProcess } from './worker-process.js';
import { HandlersError } from './worker-runtime/load-handlers.js';

/** Something that runs until it is told to stop; a second call hurries. */
interface Running {
  stop(): Promise<void>;
  /** Settles when it ends by itself. */
  readonly stopped?: Promise<void>;
}

/** npm passes on the Ctrl-C that the terminal has sent here already: so soon after the first it is the same one. */
const SAME_SIGNAL_MS = 500;

/** Errors whose message alone is for the person who started this; a stack would bury it. */
const PLAIN_ERRORS = [ConfigError, EmbeddedPostgresError, HandlersError, StartError];

async function main(args: string[]): Promise<void> {
  const command = readCommand(args, process.env);
  if (command.kind === 'help') return void process.stdout.write(helpText());
  if (command.kind === 'version') return void process.stdout.write(`${version}\n`);
  const { config } = command;
  const logger = createLogger({ level: config.logLevel, format: config.logFormat, role: config.role });
  const starting = config.role === 'worker' ? startWorking(config, logger) : startServing(config, logger, args);
  await untilStopped(starting, logger);
  // A handler that heeds no signal goes on although its job was given back: it must not keep the process alive.
  process.exit();
}

/** Each role loads its own libraries only: a worker needs half the memory without those of the server. */
async function startWorking(config: Config, logger: Logger): Promise<Running> {
  const { startWorker } = await import('./worker-runtime/start-worker.js');
  return startWorker({ config, logger });
}

async function startServing(config: Config, logger: Logger, args: readonly string[]): Promise<Running> {
  limitHeapGrowth();
  const { startOrchestrator } = await import('./orchestrator.js');
  const orchestrator = await startOrchestrator(config, logger);
  greet(orchestrator.url, config, logger);
  if (config.role !== 'all') return orchestrator;
  const worker = new WorkerProcess(args, orchestrator.url, config.shutdownSeconds, logger);
  return {
    stop: async () => {
      await worker.stop();
      await orchestrator.stop();
    },
  };
}

/** Says where things are: readably on a terminal, in the log where nobody sits. */
function greet(url: string, config: Config, logger: Logger): void {
  const greeting = welcome(url, config);
  if (!process.stdout.isTTY) return logger.info({ url, ...greeting }, 'listening');
  logger.info({ url }, 'listening');
  process.stdout.write(welcomeText(greeting));
}

/** Stops in good order on a signal, or when the parent of a worker is gone; at once on the second. One that comes early waits for the start. */
async function untilStopped(starting: Promise<Running>, logger: Logger): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let lastAt = -Infinity;
    const stop = (reason: string) => {
      if (clock.monotonicMs() - lastAt < SAME_SIGNAL_MS) return;
      lastAt = clock.monotonicMs();
      logger.info({ reason }, 'stopping');
      starting.then((running) => running.stop()).then(resolve, reject);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
    process.on('disconnect', () => stop('the parent process is gone'));
    // Listening there would keep a worker alive that has stopped.
    process.channel?.unref();
    starting.then((running) => running.stopped?.then(resolve, reject), reject);
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
