import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.js';

/** Passes what Nest itself has to say to the process's logger. Nest's account of its start is detail there. */
export function nestLogger(logger: Logger): LoggerService {
  return {
    log: writer(logger, 'debug'),
    warn: writer(logger, 'warn'),
    error: writer(logger, 'error'),
    fatal: writer(logger, 'fatal'),
    debug: writer(logger, 'debug'),
    verbose: writer(logger, 'trace'),
  };
}

/** Nest adds to a message the stack of an error, if there is one, and last the name of the class that speaks. */
function writer(logger: Logger, level: 'trace' | 'debug' | 'warn' | 'error' | 'fatal') {
  return (message: unknown, ...rest: unknown[]): void => {
    const texts = rest.filter((part) => typeof part === 'string');
    const [stack] = texts.slice(0, -1);
    const entry = { context: texts.at(-1), ...(stack && { stack }) };
    if (message instanceof Error) logger[level]({ ...entry, err: message }, message.message);
    else logger[level](entry, typeof message === 'string' ? message : JSON.stringify(message));
  };
}
