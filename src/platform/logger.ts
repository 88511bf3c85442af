import { pino, type DestinationStream, type Logger } from 'pino';
import { describeError } from './errors/describe-error.js';

export type { Logger } from 'pino';

/**
 * The process's logger: JSON lines, or readable ones on a terminal.
 * Messages and fields never carry a payload, a result, a token or a key; the redaction is the second line of defence.
 *
 * @param destination in the place of the standard output
 */
export function createLogger(
  options: { level: string; format: 'auto' | 'json' | 'pretty'; role: string },
  destination?: DestinationStream,
): Logger {
  const isPretty = options.format === 'pretty' || (options.format === 'auto' && process.stdout.isTTY);
  const settings = {
    level: options.level,
    base: { role: options.role, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (error: unknown) => (error instanceof Error ? describeError(error) : error) },
    redact: [
      'req.headers.authorization',
      'req.headers.cookie',
      'lease_token',
      '*.lease_token',
      'password',
      '*.password',
    ],
    ...(isPretty
      ? {
          transport: {
            target: 'pino-pretty',
            options: { ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l', colorize: process.stdout.isTTY },
          },
        }
      : {}),
  };
  return destination ? pino(settings, destination) : pino(settings);
}
