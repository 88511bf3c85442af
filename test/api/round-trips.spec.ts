import fc from 'fast-check';
import { isLosslessNumber, parse, type LosslessNumber } from 'lossless-json';
import { writeJson } from '../../src/platform/json/write-json.js';
import { TestOrchestrator, type QueueMode, type TestWorker } from '../support/orchestrator.js';
import { raw } from './bad-values.js';

/** Many requests in each test, on a machine that may be busy. */

/** A number as a text, with more digits than JavaScript keeps. */
const numberText = fc.oneof(
  fc.integer().map(String),
  fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.stringMatching(/^\d{1,40}$/))
    .map(([whole, part]) => `${whole}.${part}`),
  fc
    .tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -400, max: 400 }))
    .map(([digit, exponent]) => `${digit}e${exponent}`),
  fc.constantFrom('-0', '0.0', '-0.0e-0', '1E400', '1e+2', '9007199254740993', '0.1000'),
);
const text = fc.string({ unit: 'binary' }).filter((each) => !each.includes('\0'));
/** Any JSON value, as a text. */
const { value: jsonText } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('null', 'true', 'false'),
    numberText,
    text.map((each) => JSON.stringify(each)),
    fc.array(tie('value'), { maxLength: 5 }).map((items) => `[${items.join(' , ')}]`),
    fc
      .uniqueArray(fc.tuple(text, tie('value')), { maxLength: 5, selector: ([key]) => key })
      .map((entries) => `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`),
  ),
}));

describe.each<QueueMode>(['redis', 'postgres'])('with the ready queue in %s', (mode) => {
  let orchestrator: TestOrchestrator;
  let worker: TestWorker;

  beforeAll(async () => {
    orchestrator = await TestOrchestrator.start(mode);
    worker = await orchestrator.worker();
  });

  afterAll(() => orchestrator.stop());

  it('any JSON value comes through as payload, metadata and result with the same value', () =>
    fc.assert(
      fc.asyncProperty(jsonText, jsonText, async (payload, result) => {
        const metadata = `{"of":${payload}}`;
        const submitted = await send('POST', '/jobs', {
          type: 'any',
          payload: raw(payload),
          metadata: raw(metadata),
        });
        const id = field(submitted, 'id') as string;
        const next = await send('POST', '/jobs/next', { worker_id: worker.id, wait_seconds: 5 });
        const [lease] = field(next, 'jobs') as object[];
        expect(field(lease, 'id')).toBe(id);
        const fence = { job_id: id, attempt: 1, lease_token: field(lease, 'lease_token') };
        await send('POST', '/jobs/report', {
          worker_id: worker.id,
          ...fence,
          status: 'SUCCESS',
          result: raw(result),
        });
        const job = await send('GET', `/jobs/${id}`);
        for (const seen of [submitted, lease, job]) {
          expect(canonical(field(seen, 'payload'))).toEqual(canonical(parse(payload)));
          expect(canonical(field(seen, 'metadata'))).toEqual(canonical(parse(metadata)));
        }
        expect(canonical(field(job, 'result'))).toEqual(canonical(parse(result)));
      }),
      { numRuns: 60, seed: 20_261_125 },
    ));

  /** The answer with its numbers as they were written. */
  async function send(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(orchestrator.url + path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? undefined : writeJson(body),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${answer}`);
    return parse(answer);
  }
});

function field(of: unknown, name: string): unknown {
  return (of as Record<string, unknown>)[name];
}

/** Numbers by their value, whatever their spelling; objects as maps, since `__proto__` is a key like any other in a payload. */
function canonical(value: unknown): unknown {
  if (isLosslessNumber(value)) return decimal(value);
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(
    Object.entries(value)
      .map(([key, inner]) => [key, canonical(inner)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Sign, digits and the place of the point: equal for equal values only. */
function decimal({ value }: LosslessNumber): string {
  const [, sign = '', whole = '', part = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(value) ?? [];
  const digits = (whole + part).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - part.length + digits.length - significant.length}`;
}
