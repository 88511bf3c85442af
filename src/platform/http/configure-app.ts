import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Config } from '../../config/config.js';
import { DEFAULT_JSON_LIMITS } from '../json/json-limits.js';
import type { Logger } from '../logger.js';
import { ContractPipe } from '../validation/contract-pipe.js';
import { accessLog, type AnswerObserver } from './access-log.js';
import { ErrorFilter } from './error-filter.js';
import { gate } from './gate.js';
import { jsonBody } from './json-body.js';
import { useJsonResponses } from './json-response.js';
import { serveOpenApi } from './open-api.js';
import { parseQuery } from './parse-query.js';
import { commonHeaders, pageHeaders } from './security-headers.js';

const BULK_PATHS = ['/jobs/bulk', '/jobs/report'];

/** Longer than the idle time of the usual proxies (60 s), so that none of them sends into a connection that we are closing. */
const KEEP_ALIVE_MS = 75_000;
const HEADERS_TIMEOUT_MS = 15_000;
/** For a whole request to arrive; the body has a limit of its own (`jsonBody`). */
const REQUEST_TIMEOUT_MS = 60_000;

/**
 * All that stands between the socket and the controllers of an app that was made with `bodyParser: false`: limits, log, headers, the
 * gate, JSON, validation and errors; and `/docs`.
 * @param observe hears of every answer, for the metrics
 */
export function configureApp(
  app: NestExpressApplication,
  config: Config,
  logger: Logger,
  observe?: AnswerObserver,
): void {
  const isPublicHttps = config.publicUrl?.startsWith('https:') ?? false;
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', parseQuery);
  app.use(accessLog(logger, observe));
  app.use(commonHeaders());
  app.use(['/ui', '/docs'], pageHeaders(isPublicHttps));
  app.use(gate(config));
  app.use(
    jsonBody({
      limitBytes: config.bodyLimitMb * 1024 ** 2,
      bulkLimitBytes: config.bulkBodyLimitMb * 1024 ** 2,
      bulkPaths: BULK_PATHS,
      json: jsonLimits(config),
    }),
  );
  useJsonResponses(app.getHttpAdapter().getInstance());
  app.useGlobalPipes(new ContractPipe());
  app.useGlobalFilters(new ErrorFilter(logger));
  serveOpenApi(app);
  const server = app.getHttpServer();
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
}

function jsonLimits({ payloadLimitKb }: Config) {
  const bytes = payloadLimitKb * 1024;
  return { ...DEFAULT_JSON_LIMITS, rawBytes: { ...DEFAULT_JSON_LIMITS.rawBytes, payload: bytes, result: bytes } };
}
