import { readCommand, type Config } from '../../src/config/config.js';
import { createLogger } from '../../src/platform/logger.js';
import { startWorker } from '../../src/worker-runtime/start-worker.js';

/* The part of main.ts that concerns a worker, as a process of its own. */

const { config } = readCommand(process.argv.slice(2), {}, '/nonexistent') as { config: Config };
const logger = createLogger({ level: config.logLevel, format: 'json', role: 'worker' });
try {
  const worker = await startWorker({ config, logger });
  process.on('SIGTERM', () => void worker.stop().catch(() => undefined));
  await worker.stopped;
  process.exit(0);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
