import type { Config } from '../config/config.js';
import { StartError } from '../platform/errors/start-error.js';
import type { Logger } from '../platform/logger.js';
import { loadHandlers, type Handlers } from './load-handlers.js';
import { CallError, OrchestratorClient } from './orchestrator-client.js';
import { Registration } from './registration.js';
import { mindStrayErrors } from './stray-errors.js';
import { Worker } from './worker.js';

/** How long aborted handlers may clean up before their jobs are given back. */
const CLEAN_UP_MS = 2_000;
/** How long a stopping worker goes on offering its last reports. */
const DELIVERY_MS = 10_000;
const HURRIED_DELIVERY_MS = 2_000;
const FAREWELL_MS = 1_000;

/** A worker at work. */
export interface RunningWorker {
  /** Resolves when it has ended in good order; rejects when it could not go on (refused by the orchestrator, crashed by a handler). */
  readonly stopped: Promise<void>;
  /**
   * Ends it: takes no more jobs, lets those that run finish for SHUTDOWN_SECONDS, then aborts them and gives them back, and delivers
   * the reports. A second call skips the waiting.
   */
  stop(): Promise<void>;
}

/**
 * Loads the handlers, then works in the background; waits for its orchestrator if that is not there yet.
 * @throws HandlersError
 */
export async function startWorker({ config, logger }: { config: Config; logger: Logger }): Promise<RunningWorker> {
  const handlers = await loadHandlers(config.handlers);
  logger.info({ types: handlers.types, concurrency: config.concurrency }, 'the worker starts');
  return new WorkerRun(config, logger, handlers);
}

/** One life of a worker, from registration to its last report. */
class WorkerRun implements RunningWorker {
  readonly stopped: Promise<void>;
  private readonly url: string;
  private readonly client: OrchestratorClient;
  private readonly registration: Registration;
  private readonly worker: Worker;
  /** Ends registration. */
  private readonly leaving = new AbortController();
  /** Ends everything that repeats. */
  private readonly ending = new AbortController();
  private readonly hurry = new AbortController();
  private crash: { error: unknown } | undefined;

  constructor(
    private readonly config: Config,
    private readonly logger: Logger,
    handlers: Handlers,
  ) {
    this.url = config.orchestratorUrl ?? `http://127.0.0.1:${config.port}`;
    const { signal } = this.ending;
    this.client = new OrchestratorClient(this.url, config.apiKeys[0]?.secret, logger);
    this.registration = new Registration(this.client, config, logger, signal);
    this.worker = new Worker({
      config,
      url: this.url,
      logger,
      client: this.client,
      registration: this.registration,
      handlers,
      signal,
    });
    this.stopped = this.run();
  }

  async stop(): Promise<void> {
    if (this.leaving.signal.aborted) this.hurry.abort();
    this.leaving.abort();
    await this.stopped;
  }

  private async run(): Promise<void> {
    const forgetStrayErrors = mindStrayErrors(this.logger, (error) => this.crashed(error));
    try {
      if (await this.register()) {
        this.worker.start();
        await aborted(this.leaving.signal);
        await this.wrapUp();
        await this.worker.close();
        await this.sayFarewell();
      }
    } finally {
      this.ending.abort();
      await this.worker.close();
      await this.client.close();
      forgetStrayErrors();
    }
    if (this.crash) throw this.crash.error;
    this.logger.info('the worker has stopped');
  }

  /** @returns false when the worker was stopped before an orchestrator was there */
  private async register(): Promise<boolean> {
    const stop = () => this.ending.abort();
    this.leaving.signal.addEventListener('abort', stop);
    try {
      await this.registration.register();
      return true;
    } catch (error) {
      if (this.leaving.signal.aborted) return false;
      throw error instanceof CallError ? this.refused(error) : error;
    } finally {
      this.leaving.signal.removeEventListener('abort', stop);
    }
  }

  private refused(error: CallError): StartError {
    const mend = error.status === 401 || error.status === 403 ? ' Set API_KEY to a key of the orchestrator.' : '';
    return new StartError(
      `The orchestrator at ${new URL(this.url).origin} refuses this worker: ${error.message}${mend}`,
      {
        cause: error,
      },
    );
  }

  private async wrapUp(): Promise<void> {
    const { worker, config, hurry, logger } = this;
    if (this.crash) {
      worker.crash(this.crash.error);
    } else {
      logger.info({ seconds: config.shutdownSeconds }, 'the worker stops; running jobs may finish');
      worker.stopTaking();
      const isIdle = await Promise.race([worker.idle(config.shutdownSeconds * 1000), aborted(hurry.signal)]);
      if (!isIdle) await worker.abortAll(hurry.signal.aborted ? 0 : CLEAN_UP_MS);
    }
    await worker.delivered(hurry.signal.aborted ? HURRIED_DELIVERY_MS : DELIVERY_MS);
  }

  /** Best effort: without it the worker shows as ONLINE until its silence is noticed. */
  private async sayFarewell(): Promise<void> {
    const farewell = { worker_id: this.registration.workerId, running: [], state: 'stopped' };
    await this.client.heartbeat(JSON.stringify(farewell), FAREWELL_MS).catch((error: unknown) => {
      this.logger.debug({ err: error }, 'the orchestrator did not hear the farewell');
    });
  }

  private crashed(error: unknown): void {
    this.crash ??= { error };
    if (this.leaving.signal.aborted) this.hurry.abort();
    this.leaving.abort();
  }
}

function aborted(signal: AbortSignal): Promise<false> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(false);
    signal.addEventListener('abort', () => resolve(false), { once: true });
  });
}
