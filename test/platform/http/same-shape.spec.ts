import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import request from 'supertest';
import { setFlagsFromString } from 'node:v8';
import { SameShapeAdapter } from '../../../src/platform/http/same-shape-adapter.js';

setFlagsFromString('--allow-natives-syntax');
// eslint-disable-next-line @typescript-eslint/no-implied-eval
const haveSameShape = new Function('a', 'b', 'return %HaveSameMap(a, b)') as (a: object, b: object) => boolean;

@Module({})
class Empty {}

test('requests and responses have one shape each, and what Express adds to them', async () => {
  const app = await NestFactory.create<NestExpressApplication>(Empty, new SameShapeAdapter(), { logger: false });
  const seen: { request: Request; response: Response }[] = [];
  app.use((request: Request, response: Response, next: NextFunction) => {
    seen.push({ request, response });
    next();
  });
  await app.init();
  try {
    for (let i = 0; i < 3; i++) await request(app.getHttpServer()).get('/?a=1').set('host', 'somewhere:80').expect(404);
  } finally {
    await app.close();
  }
  const [first, ...others] = seen;
  expect(others).toHaveLength(2);
  for (const other of others) {
    expect(haveSameShape(first!.request, other.request)).toBe(true);
    expect(haveSameShape(first!.response, other.response)).toBe(true);
  }
  expect(first!.request).toMatchObject({ hostname: 'somewhere', path: '/', query: { a: '1' } });
  expect(first!.response.get('content-type')).toMatch('application/json');
});
