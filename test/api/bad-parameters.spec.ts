import { TestOrchestrator } from '../support/orchestrator.js';
import { ApiDocument, samplePath } from './api-document.js';
import { badTextsForUrl, NEVER_DECODED } from './bad-values.js';
import { Refusals, within } from './refusals.js';

/** Many requests in each test, on a machine that may be busy. */

let orchestrator: TestOrchestrator;
let api: ApiDocument;

beforeAll(async () => {
  orchestrator = await TestOrchestrator.start('postgres');
  api = await ApiDocument.of(orchestrator);
  await orchestrator.submit({ type: 'bystander' });
  await orchestrator.worker();
});

afterAll(() => orchestrator.stop());

describe('every parameter', () => {
  it('of a query refuses what it cannot be, broken encoding included', () =>
    Refusals.changingNothing(orchestrator, async (refusals) => {
      for (const operation of api.operations) {
        for (const { name, schema } of operation.parameters.filter((parameter) => parameter.in === 'query')) {
          for (const text of badTextsForUrl(api.resolve(schema), name)) {
            await refusals.expect(
              { method: operation.method, path: `${samplePath(operation)}?${name}=${text}` },
              within(name),
            );
          }
          await refusals.expect(
            { method: operation.method, path: `${samplePath(operation)}?${name}=1&${name}=2` },
            within(name),
          );
          await refusals.expect(
            { method: operation.method, path: `${samplePath(operation)}?${name}[]=1` },
            `${name}[]`,
          );
          await refusals.expect(
            { method: operation.method, path: `${samplePath(operation)}?${name}%00=1` },
            `${name}\0`,
          );
        }
        if (!operation.parameters.some((parameter) => parameter.in === 'query')) continue;
        for (const name of ['zzz', 'constructor', '__proto__', 'LIMIT', '']) {
          await refusals.expect({ method: operation.method, path: `${samplePath(operation)}?${name}=1` }, name);
        }
      }
    }));

  it('of a path refuses what it cannot be', () =>
    Refusals.changingNothing(orchestrator, async (refusals) => {
      for (const operation of api.operations) {
        for (const { name, schema } of operation.parameters.filter((parameter) => parameter.in === 'path')) {
          for (const text of badTextsForUrl(schema, name).filter((each) => each !== '')) {
            const path = samplePath(operation, { [name]: text });
            const body = operation.bodies[0] && api.sample(operation.bodies[0]);
            await refusals.expect(
              { method: operation.method, path, body },
              NEVER_DECODED.includes(text) ? 'path' : name,
            );
          }
        }
      }
    }));
});
