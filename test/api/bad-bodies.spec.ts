import { writeJson } from '../../src/platform/json/write-json.js';
import { TestOrchestrator } from '../support/orchestrator.js';
import { ApiDocument, fieldName, samplePath } from './api-document.js';
import { badValues, raw } from './bad-values.js';
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

describe('every field of every body', () => {
  it('refuses what it cannot hold, names the field, and changes nothing', () =>
    Refusals.changingNothing(orchestrator, async (refusals) => {
      for (const operation of api.operations) {
        for (const body of operation.bodies) {
          for (const { steps, schema } of api.fieldsOf(body)) {
            const name = fieldName(steps);
            for (const value of badValues(schema, api.sample(schema))) {
              const wrong = api.sampleWith(body, steps, value);
              await refusals.expect(
                { method: operation.method, path: samplePath(operation), body: wrong },
                within(name),
              );
            }
          }
        }
      }
    }));

  it('is asked for when it is required: left out or null is refused by name', () =>
    Refusals.changingNothing(orchestrator, async (refusals) => {
      for (const operation of api.operations) {
        for (const body of operation.bodies) {
          // Without `reports` it is a single report, and other fields are missing.
          const required = api.fieldsOf(body).filter((field) => field.isRequired && field.steps.join() !== 'reports');
          for (const { steps } of required) {
            for (const value of [undefined, null]) {
              const wrong = api.sampleWith(body, steps, value);
              await refusals.expect(
                { method: operation.method, path: samplePath(operation), body: wrong },
                fieldName(steps),
              );
            }
          }
        }
      }
    }));

  it('means the same left out and null when it is optional', async () => {
    const complaints: string[] = [];
    for (const operation of api.operations.filter(({ path }) => path !== '/jobs/bulk')) {
      for (const body of operation.bodies) {
        const path = samplePath(operation);
        for (const { steps } of api.fieldsOf(body).filter((field) => !field.isRequired)) {
          const send = (value: unknown) =>
            orchestrator.call(operation.method, path, writeJson(api.sampleWith(body, steps, value)));
          const [without, withNull] = [await send(undefined), await send(null)];
          if (withNull.status !== without.status)
            complaints.push(
              `${operation.method} ${path} ${fieldName(steps)}: ${without.status} became ${withNull.status}`,
            );
        }
      }
    }
    expect(complaints).toEqual([]);
  });

  it('must be known: others are refused by name, also those that JavaScript knows', () =>
    Refusals.changingNothing(orchestrator, async (refusals) => {
      for (const operation of api.operations) {
        for (const body of operation.bodies) {
          for (const name of ['zzz', 'constructor', 'toString', '__proto__', 'hasOwnProperty', '🙂', '']) {
            const wrong = raw(
              writeJson(api.sample(body)).replace(
                /\}$/,
                `${Object.keys(api.sample(body) as object).length ? ',' : ''}${JSON.stringify(name)}:1}`,
              ),
            );
            await refusals.expect({ method: operation.method, path: samplePath(operation), body: wrong }, name);
          }
        }
      }
    }));
});
