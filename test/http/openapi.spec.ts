import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { pino } from 'pino';
import { openApiDocument } from '../../src/platform/http/open-api.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { OrchestratorModule } from '../../src/roles.js';
import { configOf } from './edge-app.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const REGENERATE = 'run "npm run build && npm run openapi" and commit what it changes';

let document: OpenAPIObject;

beforeAll(async () => {
  const module = OrchestratorModule.with(configOf({}), pino({ level: 'silent' }));
  document = openApiDocument(await NestFactory.create(module, { preview: true, logger: false, abortOnError: false }));
});

const operations = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => (item[method] ? [{ name: `${method} ${path}`, ...item[method] }] : [])),
  );

test(`openapi.json is what the app says of itself; else ${REGENERATE}`, () => {
  const stored: unknown = JSON.parse(readFileSync(join(packageRoot, 'openapi.json'), 'utf8'));
  expect(JSON.parse(JSON.stringify(document))).toEqual(stored);
});

test('every operation has a summary, a tag, a described answer and the shape of its errors', () => {
  expect(operations().length).toBeGreaterThan(20);
  for (const { name, summary, tags, responses, security } of operations()) {
    expect({ name, summary, tags }).toEqual({ name, summary: expect.stringMatching(/./), tags: [expect.any(String)] });
    expect(Object.keys(responses)).toContain('default');
    expect(security).toBeDefined();
    const success = Object.entries(responses).find(([status]) => status.startsWith('2'));
    expect({ name, success }).toEqual({ name, success: expect.anything() });
  }
});

test('every reference leads somewhere', () => {
  const names = new Set(Object.keys(document.components!.schemas!));
  const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]*)"/g)].map(
    ([, name]) => name!,
  );
  expect(references.filter((name) => !names.has(name))).toEqual([]);
});
