import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { INestApplication } from '@nestjs/common';
import { ErrorBody } from '../../contract/errors.js';
import { ErrorDetail } from '../../contract/lease.dto.js';
import { version } from '../package-root.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
/** Operations that need no key. */
const OPEN_PATHS = new Set(['/health/live', '/health/ready', '/session']);

/** In the order in which a newcomer needs them; routes come in the order in which they are tried. */
const TAGS = ['jobs', 'workers', 'queues', 'stats', 'errors', 'events', 'session', 'health'];

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** The OpenAPI document of an app, from its controllers and wire classes; the same on every machine. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder();
  for (const tag of TAGS) builder.addTag(tag);
  const about = builder
    .setOpenAPIVersion('3.1.0')
    .setTitle('Job orchestrator')
    .setDescription(
      'Submit jobs, run workers, and see what happens. Every answer that is not a success has the shape of ErrorBody.',
    )
    .setVersion(version)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'The key of API_KEY, where the server has one.' },
      'key',
    )
    .addCookieAuth('orchestrator_session', { type: 'apiKey', in: 'cookie' }, 'session')
    .build();
  const document = SwaggerModule.createDocument(app, about, {
    // Nothing else names these two: every operation answers the one, and the other is half of a oneOf.
    extraModels: [ErrorBody, ErrorDetail],
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation) complete(operation, OPEN_PATHS.has(path));
    }
  }
  return document;
}

/** Adds what is true of every operation. */
function complete(operation: Operation, isOpen: boolean): void {
  // Either credential, or none where the server asks for none.
  operation.security = isOpen ? [] : [{ key: [] }, { session: [] }, {}];
  operation.responses['default'] ??= {
    description: 'The call failed.',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorBody' } } },
  };
}

/** Serves the document as `/openapi.json`, and as a page under `/docs` that loads nothing from elsewhere. */
export function serveOpenApi(app: NestExpressApplication): void {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup('docs', app, () => (document ??= openApiDocument(app)), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Job orchestrator API',
    swaggerOptions: { validatorUrl: null, persistAuthorization: false },
  });
}
