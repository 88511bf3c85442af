import 'reflect-metadata';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import {
  Body,
  ConflictException,
  Controller,
  Get,
  HttpCode,
  Module,
  NotFoundException,
  Param,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { NestFactory } from '@nestjs/core';
import type { Response } from 'express';
import { pino } from 'pino';
import request from 'supertest';
import { Field } from '../../../src/contract/field.js';
import { CreateJob, CreateJobs, ListJobsQuery } from '../../../src/contract/job.dto.js';
import { DomainError } from '../../../src/platform/errors/domain-error.js';
import { ErrorFilter } from '../../../src/platform/http/error-filter.js';
import { jsonBody } from '../../../src/platform/http/json-body.js';
import { useJsonResponses } from '../../../src/platform/http/json-response.js';
import { ContractPipe, OneOfBody } from '../../../src/platform/validation/contract-pipe.js';

class JobPath {
  @Field.uuid() id!: string;
}

class FailurePath {
  @Field.string() how!: string;
}

@Controller()
class WireController {
  @Post('jobs')
  @HttpCode(202)
  create(@Body() job: CreateJob): object {
    return { ...job, at: new Date(0), left_out: undefined };
  }

  @Post('jobs/bulk')
  createMany(@Body() { jobs }: CreateJobs, @Res({ passthrough: true }) response: Response): object {
    response.setHeader('x-count', jobs.length);
    return { created: jobs.length };
  }

  @Post('either')
  either(
    @OneOfBody((body) => (typeof body === 'object' && body && 'jobs' in body ? CreateJobs : CreateJob)) body: object,
  ): object {
    return { keys: Object.keys(body) };
  }

  @Get('jobs')
  list(@Query() query: ListJobsQuery): object {
    return query;
  }

  @Get('jobs/:id')
  get(@Param() { id }: JobPath): object {
    throw new DomainError('job_not_found', `There is no job ${id}.`);
  }

  @Get('unchecked')
  unchecked(@Query('q') q: string): string {
    return q;
  }

  @Get('files/*path')
  file(): string {
    return 'a file';
  }

  @Get('fails/:how')
  fail(@Param() { how }: FailurePath): never {
    throw FAILURES[how]?.() ?? new Error('no such failure');
  }
}

const FAILURES: Record<string, () => Error> = {
  secret: () => Object.assign(new Error('the password is hunter2'), { parameters: ['payload-of-a-job'] }),
  database: () => new Error('outer', { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) }),
  deadlock: () => Object.assign(new Error('deadlock detected'), { code: '40P01' }),
  wait: () => new DomainError('too_many_requests', 'Slow down.', { retryAfterSeconds: 6.2 }),
  missing: () => new NotFoundException('thrown by a handler'),
  conflict: () => new ConflictException('conflict'),
};

@Module({ controllers: [WireController] })
class WireModule {}

const ID = '0190f3c2-7b1e-7000-8000-000000000001';
const logged: string[] = [];
let app: NestExpressApplication;
let server: ReturnType<NestExpressApplication['getHttpServer']>;

beforeAll(async () => {
  app = await NestFactory.create<NestExpressApplication>(WireModule, { bodyParser: false, logger: false });
  app.use(jsonBody({ limitBytes: 1000, bulkLimitBytes: 100_000, bulkPaths: ['/jobs/bulk'], readTimeoutMs: 300 }));
  useJsonResponses(app.getHttpAdapter().getInstance());
  app.useGlobalPipes(new ContractPipe());
  app.useGlobalFilters(new ErrorFilter(pino({}, { write: (line) => void logged.push(line) })));
  await app.listen(0, '127.0.0.1');
  server = app.getHttpServer();
});

afterAll(() => app.close());

const post = (path: string, body: string, type = 'application/json') =>
  request(server).post(path).set('content-type', type).send(body);

describe('a request body', () => {
  test('comes to the handler checked, and its payload goes back digit by digit', async () => {
    const answer = await post('/jobs', '{"type":"a","payload":{"n":12345678901234567890}}');
    expect(answer.status).toBe(202);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.text).toBe('{"type":"a","payload":{"n":12345678901234567890},"at":"1970-01-01T00:00:00.000Z"}');
  });

  test('that is missing is an empty object, whatever its type is said to be', async () => {
    const answer = await request(server).post('/jobs').set('content-type', 'text/plain');
    expect(answer.body).toMatchObject({
      error: { code: 'invalid_request', details: [{ field: 'type', message: 'is required' }] },
    });
  });

  test('may be one of several classes', async () => {
    expect((await post('/either', '{"jobs":[{"type":"a"}]}')).body).toEqual({ keys: ['jobs'] });
    expect((await post('/either', '{"type":"a"}')).body).toEqual({ keys: ['type'] });
    expect((await post('/either', '{"type":5}')).status).toBe(400);
  });

  test.each(['application/json', 'application/json;charset=UTF-8', 'application/merge-patch+json'])(
    'may be %s',
    async (type) => {
      expect((await post('/jobs', '{"type":"a"}', type)).status).toBe(202);
    },
  );

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=latin1',
    'application/jsonx',
  ])('may not be %s', async (type) => {
    const answer = await post('/jobs', '{"type":"a"}', type);
    expect([answer.status, answer.body.error.code]).toEqual([415, 'unsupported_media_type']);
  });

  test('may not be compressed', async () => {
    const answer = await request(server)
      .post('/jobs')
      .set({ 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .serialize((body: Buffer) => body as unknown as string)
      .send(gzipSync('{"type":"a"}'));
    expect(answer.status).toBe(415);
  });

  test('over the limit is a 413; bulk paths have a limit of their own', async () => {
    const jobs = JSON.stringify({ jobs: Array.from({ length: 200 }, () => ({ type: 'a' })) });
    expect((await post('/jobs', jobs)).body.error.code).toBe('payload_too_large');
    const answer = await post('/jobs/bulk', jobs);
    expect([answer.status, answer.body, answer.headers['x-count']]).toEqual([201, { created: 200 }, '200']);
    expect((await post('/jobs/bulk', `"${'x'.repeat(100_000)}"`)).status).toBe(413);
  });
});

/** What the server says on one connection to which the pieces are written, until it says so much or closes. */
async function converse(pieces: string[], isEnough: (heard: string) => boolean): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let heard = '';
  const done = new Promise<string>((resolve) => {
    socket.on('data', (chunk) => {
      heard += chunk.toString();
      if (isEnough(heard)) resolve(heard);
    });
    socket.on('close', () => resolve(heard));
    socket.on('error', () => resolve(heard));
  });
  await once(socket, 'connect');
  for (const piece of pieces) socket.write(piece);
  return done.finally(() => socket.destroy());
}

describe('a connection', () => {
  const head = 'POST /jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  const good = `${head}Content-Length: 12\r\n\r\n{"type":"a"}`;

  test('serves the next request after a body that was too large, of known length or in chunks', async () => {
    const known = `${head}Content-Length: 5000\r\n\r\n${'x'.repeat(5000)}`;
    const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n1388\r\n${'x'.repeat(5000)}\r\n0\r\n\r\n`;
    for (const large of [known, chunked]) {
      const heard = await converse([large, good], (text) => text.includes('202 Accepted'));
      expect(heard).toMatch(/^HTTP\/1\.1 413 [^]*HTTP\/1\.1 202 Accepted/);
    }
  });

  test('is answered before a body that is announced as too large has come', async () => {
    const heard = await converse([`${head}Content-Length: 5000\r\n\r\n`], (text) => text.includes('payload_too_large'));
    expect(heard).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('is answered, then closed, when the body does not arrive in time', async () => {
    const heard = await converse([`${head}Content-Length: 12\r\n\r\n{"ty`], () => false);
    expect(heard).toMatch(/^HTTP\/1\.1 400 [^]*did not arrive within 300 ms/);
  });

  test('that is cut within a body does no harm', async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    socket.end(`${head}Content-Length: 12\r\n\r\n{"ty`);
    await once(socket.resume(), 'close');
    expect((await post('/jobs', '{"type":"a"}')).status).toBe(202);
  });
});

describe('parameters', () => {
  test('of a query are read as their class declares', async () => {
    const answer = await request(server).get('/jobs?limit=5&status=DEAD,FAILED&payload.user=7');
    expect(answer.body).toEqual({ limit: 5, status: ['DEAD', 'FAILED'], payload: { user: '7' } });
    expect((await request(server).get('/jobs?limit=5&limit=6&colour=red')).body.error.details).toEqual([
      { field: 'limit', message: 'is given more than once' },
      { field: 'colour', message: 'is not a known field' },
    ]);
  });

  test('of a path are checked', async () => {
    expect((await request(server).get('/jobs/7')).body.error.details[0].field).toBe('id');
    expect((await request(server).get(`/jobs/${ID}`)).body.error.code).toBe('job_not_found');
  });

  test('that a handler takes one by one are a defect, since nothing checks them', async () => {
    logged.length = 0;
    expect((await request(server).get('/unchecked?q=a')).status).toBe(500);
    expect(logged.join('')).toContain('String declares no @Field');
  });
});

describe('an error answer', () => {
  test('carries the caller’s request id when it is harmless, in body and header', async () => {
    const answer = await request(server).get(`/jobs/${ID}`).set('x-request-id', 'abc.1-2_3');
    expect(answer.body).toEqual({
      error: { code: 'job_not_found', message: `There is no job ${ID}.`, request_id: 'abc.1-2_3' },
    });
    expect(answer.headers['x-request-id']).toBe('abc.1-2_3');
    const other = await request(server).get(`/jobs/${ID}`).set('x-request-id', 'a b"');
    expect(other.body.error.request_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('for something unknown says nothing of it; the log has the cause but no parameters', async () => {
    logged.length = 0;
    const answer = await request(server).get('/fails/secret').set('x-request-id', 'find-me');
    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/hunter2|payload-of-a-job|stack/);
    expect(logged.join('')).toContain('hunter2');
    expect(logged.join('')).toContain('"request_id":"find-me"');
    expect(logged.join('')).not.toContain('payload-of-a-job');
  });

  test.each([
    ['database', 503, 'database_unavailable', '2'],
    ['deadlock', 503, 'database_unavailable', '2'],
    ['wait', 429, 'too_many_requests', '7'],
    ['missing', 404, 'not_found', undefined],
    ['conflict', 409, 'state_conflict', undefined],
  ])('for %s is %d %s', async (how, status, code, retryAfter) => {
    const answer = await request(server).get(`/fails/${how}`);
    expect([answer.status, answer.body.error.code, answer.headers['retry-after']]).toEqual([status, code, retryAfter]);
  });

  test('for an unknown path is 404, for a known path with a wrong method 405 with the right ones', async () => {
    expect((await request(server).get('/nothing')).body.error.code).toBe('not_found');
    expect((await request(server).delete('/files/a')).status).toBe(404);
    const answer = await request(server).delete('/jobs');
    expect([answer.status, answer.body.error.code, answer.headers.allow]).toEqual([
      405,
      'method_not_allowed',
      'GET, HEAD, POST',
    ]);
    expect((await request(server).post(`/jobs/${ID}`)).headers.allow).toBe('GET, HEAD');
  });

  test('for a path with broken percent-encoding is 400', async () => {
    const answer = await request(server).get('/jobs/%ff');
    expect([answer.status, answer.body.error.code]).toEqual([400, 'invalid_request']);
  });
});
