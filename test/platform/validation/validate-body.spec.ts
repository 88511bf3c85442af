import { IsEmail, validateSync } from 'class-validator';
import fc from 'fast-check';
import * as action from '../../../src/contract/action.dto.js';
import type { FieldError } from '../../../src/contract/errors.js';
import { Field } from '../../../src/contract/field.js';
import * as job from '../../../src/contract/job.dto.js';
import { NAME_HINT } from '../../../src/contract/name.js';
import * as lease from '../../../src/contract/lease.dto.js';
import * as queue from '../../../src/contract/queue.dto.js';
import * as session from '../../../src/contract/session.dto.js';
import * as stats from '../../../src/contract/stats.dto.js';
import * as worker from '../../../src/contract/worker.dto.js';
import { DomainError } from '../../../src/platform/errors/domain-error.js';
import { compileValidator, type WireClass } from '../../../src/platform/validation/compile-validator.js';
import { validateBody } from '../../../src/platform/validation/validate.js';

const ID = '0190f3c2-7b1e-7000-8000-000000000001';

/** What is said of a body, as `field message` lines; empty when it is taken. */
function problems(type: WireClass, body: unknown): string[] {
  try {
    expect(validateBody(type, body)).toBe(body);
    return [];
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    expect(error.code).toBe('invalid_request');
    return (error.details ?? []).map(({ field, message }) => `${field} ${message}`);
  }
}

const backoff = { kind: 'exponential', base_seconds: 1, cap_seconds: 60 };

test('every wire class compiles, so every decorator that they use has its check', () => {
  const modules: object[] = [action, job, lease, queue, session, stats, worker];
  const classes = modules.flatMap((module) => Object.values(module).filter((value) => typeof value === 'function'));
  expect(classes.length).toBeGreaterThan(40);
  for (const type of classes as WireClass[]) expect(compileValidator(type).fields.size).toBeGreaterThan(0);
});

test('a body with every field right is taken, unchanged', () => {
  const body = {
    type: 'email',
    payload: [1],
    max_retries: 0,
    max_lost: 1000,
    timeout_seconds: 1,
    queue: 'a/b',
    priority: -100,
    run_at: '2026-02-28T23:59:59.999Z',
    delay_seconds: 0.5,
    idempotency_key: 'k',
    backoff,
    tags: ['x'],
    metadata: {},
  };
  const before = structuredClone(body);
  expect(problems(job.CreateJob, body)).toEqual([]);
  expect(body).toEqual(before);
});

test('null in an optional field is as good as nothing, so that defaults take its place', () => {
  const body = { type: 'a', max_retries: null, backoff: null };
  expect(problems(job.CreateJob, body)).toEqual([]);
  const { max_retries = 3 } = body;
  expect(max_retries).toBe(3);
});

test.each([
  [{}, 'type is required'],
  [{ type: null }, 'type is required'],
  [{ type: 5 }, 'type must be a string'],
  [{ type: '' }, 'type must have between 1 and 128 characters'],
  [{ type: 'a'.repeat(129) }, 'type must have between 1 and 128 characters'],
  [{ type: 'a b' }, `type ${NAME_HINT}`],
  [{ type: 'a', max_retries: -1 }, 'max_retries must be an integer between 0 and 1000'],
  [{ type: 'a', max_retries: 1.5 }, 'max_retries must be an integer between 0 and 1000'],
  [{ type: 'a', max_retries: '3' }, 'max_retries must be an integer between 0 and 1000'],
  [{ type: 'a', delay_seconds: true }, 'delay_seconds must be a number between 0 and 31622400'],
  [
    { type: 'a', run_at: '2026-02-30T00:00:00Z' },
    'run_at must be an ISO-8601 instant with its zone, as in 2026-01-31T12:00:00Z',
  ],
  [{ type: 'a', maxRetries: 3 }, 'maxRetries is not a known field; did you mean max_retries?'],
  [{ type: 'a', colour: 3 }, 'colour is not a known field'],
  [{ type: 'a', constructor: 3 }, 'constructor is not a known field'],
  [{ type: 'a', tags: 'x' }, 'tags must be a list'],
  [{ type: 'a', tags: ['x', 5] }, 'tags[1] must be a string'],
  [{ type: 'a', tags: ['x', null] }, 'tags[1] must be a string'],
  [{ type: 'a', tags: Array(17).fill('x') }, 'tags must have at most 16 items'],
  [{ type: 'a', backoff: [] }, 'backoff must be an object'],
  [{ type: 'a', backoff: { ...backoff, kind: 'odd' } }, 'backoff.kind must be one of exponential, linear, fixed'],
  [{ type: 'a', backoff: { ...backoff, x: 1 } }, 'backoff.x is not a known field'],
])('%j: %s', (body, problem) => {
  expect(problems(job.CreateJob, body)).toEqual([problem]);
});

test.each([null, undefined, [], 'text', 5])('the body %j is not an object', (body) => {
  expect(problems(job.CreateJob, body)).toEqual(['body must be an object']);
});

test('problems deep in a list are named by their whole path, all of them', () => {
  const body = { jobs: [{ type: 'a' }, { type: 'a', backoff: { ...backoff, base_seconds: -1 }, x: 1 }, 5, {}] };
  expect(problems(job.CreateJobs, body)).toEqual([
    'jobs[1].backoff.base_seconds must be a number between 0 and 31622400',
    'jobs[1].x is not a known field',
    'jobs[2] must be an object',
    'jobs[3].type is required',
  ]);
});

test('no more than 20 problems are told, nor looked for', () => {
  const manyUnknown = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`key${index}`, index]));
  expect(problems(job.CreateJobs, { jobs: Array.from({ length: 30 }, () => ({ a: 1, b: 2 })) })).toHaveLength(20);
  const found: FieldError[] = [];
  compileValidator(job.CreateJob).check(manyUnknown, found);
  expect(found).toHaveLength(20);
});

test('ids, booleans, labels and a string or an object are checked', () => {
  const report = { job_id: ID, status: 'FAILED' };
  expect(problems(lease.Report, { ...report, error: 'boom', retryable: false })).toEqual([]);
  expect(problems(lease.Report, { ...report, error: { message: 'boom' } })).toEqual([]);
  expect(problems(lease.Report, { ...report, error: { message: 5 } })).toEqual(['error.message must be a string']);
  expect(problems(lease.Report, { ...report, error: 5 })).toEqual(['error must be a string or an object']);
  expect(problems(lease.Report, { ...report, retryable: 1 })).toEqual(['retryable must be true or false']);
  expect(problems(lease.Report, { ...report, job_id: ID.toUpperCase() })).toEqual([
    'job_id must be a UUID in lower case',
  ]);
  const problem =
    'labels must be an object of at most 16 strings, each of at most 256 characters, under names of at most 64';
  expect(problems(worker.RegisterWorker, { hostname: 'h', labels: { a: 'b' } })).toEqual([]);
  expect(problems(worker.RegisterWorker, { hostname: 'h', labels: { a: 1 } })).toEqual([problem]);
  expect(problems(worker.RegisterWorker, { hostname: 'h', labels: { ['a'.repeat(65)]: 'b' } })).toEqual([problem]);
});

test('class-validator agrees on any mixture of right and wrong fields', () => {
  const odd = fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    'a',
    'a b',
    -1,
    0,
    3,
    1.5,
    2000,
    true,
    [],
    ['a'],
    ['', 'b'],
    [1],
  );
  const field = fc.constantFrom(
    'type',
    'max_retries',
    'queue',
    'priority',
    'delay_seconds',
    'idempotency_key',
    'tags',
    'x',
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(field, odd), { maxLength: 6 }), fc.boolean(), (pairs, hasType) => {
      const present = pairs.filter(([, value]) => value !== undefined);
      const body = { ...(hasType ? { type: 'email' } : {}), ...Object.fromEntries(present) };
      const theirs = validateSync(Object.assign(new job.CreateJob(), body), {
        whitelist: true,
        forbidNonWhitelisted: true,
      });
      const ours = problems(job.CreateJob, body);
      expect(new Set(ours.map((line) => /^\w+/.exec(line)?.[0]))).toEqual(
        new Set(theirs.map(({ property }) => property)),
      );
    }),
    { numRuns: 2000 },
  );
});

test('a decorator without a check, and a class without fields, fail when they are compiled', () => {
  class Contact {
    @Field.string() @IsEmail() email!: string;
  }
  class Empty {}
  expect(() => compileValidator(Contact)).toThrow('Contact.email has the constraint isEmail');
  expect(() => compileValidator(Contact)).toThrow('isEmail');
  expect(() => compileValidator(Empty)).toThrow('declares no @Field');
});

test('a class may nest itself', () => {
  class Tree {
    @Field.objects(() => Tree, { optional: true, maxItems: 2 }) children?: Tree[];
  }
  expect(problems(Tree, { children: [{ children: [{ leaf: 1 }] }] })).toEqual([
    'children[0].children[0].leaf is not a known field',
  ]);
});
