import type { Logger } from '../platform/logger.js';

/**
 * What to do about errors that no handler's own promise carries.
 * - A rejection that nobody handles is logged, and the worker goes on: nothing was interrupted, and ending the process would take
 *   every other attempt with it. The handler that left the promise behind still ends by its own outcome.
 * - An exception that nobody catches has cut through code that did not expect it: the worker ends (`crashed`), in an orderly way.
 * @returns how to stop minding them
 */
export function mindStrayErrors(logger: Logger, crashed: (error: unknown) => void): () => void {
  const onRejection = (reason: unknown) => {
    logger.error({ err: asError(reason) }, 'a promise was rejected and nobody handles it: await it in its handler');
  };
  const onException = (error: unknown) => {
    logger.fatal({ err: asError(error) }, 'an exception was caught by nobody: the worker ends');
    crashed(error);
  };
  process.on('unhandledRejection', onRejection);
  process.on('uncaughtException', onException);
  return () => {
    process.off('unhandledRejection', onRejection);
    process.off('uncaughtException', onException);
  };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
