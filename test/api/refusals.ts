import type { ErrorBody } from '../../src/contract/errors.js';
import { writeJson } from '../../src/platform/json/write-json.js';
import type { TestOrchestrator } from '../support/orchestrator.js';

export interface WrongRequest {
  method: string;
  path: string;
  /** A text or bytes are sent as they are, anything else as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** Tables whose rows stand for something that callers did. */
const TABLES = [
  'jobs',
  'job_attempts',
  'workers',
  'queues',
  'job_events',
  'job_logs',
  'job_actions',
  'job_action_chunks',
];

/** One wrong request after the other. What is not refused as it should be is collected, so that one run shows it all. */
export class Refusals {
  private readonly complaints: string[] = [];
  private count = 0;

  private constructor(private readonly orchestrator: TestOrchestrator) {}

  /** Fails unless every request is refused, nothing is changed by them, and the next good request works. */
  static async changingNothing(
    orchestrator: TestOrchestrator,
    work: (refusals: Refusals) => Promise<void>,
  ): Promise<void> {
    const before = await rowCounts(orchestrator);
    const refusals = new Refusals(orchestrator);
    await work(refusals);
    expect(refusals.complaints).toEqual([]);
    expect(refusals.count).toBeGreaterThan(0);
    expect(await rowCounts(orchestrator)).toEqual(before);
    expect((await orchestrator.submit({ type: 'afterwards' })).status).toBe('PENDING');
  }

  /** Sends a request that must be answered 4xx in the shape of errors, naming the field. */
  async expect(request: WrongRequest, field: string | RegExp): Promise<void> {
    this.count++;
    const { method, path, body, headers } = request;
    const sent = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : writeJson(body);
    const response = await fetch(this.orchestrator.url + path, {
      method,
      body: sent as string | undefined,
      headers: { 'content-type': 'application/json', ...headers },
    });
    const problem = problemOf(response.status, await response.text(), field);
    if (problem)
      this.complaints.push(`${method} ${path.slice(0, 120)} ${String(sent ?? '').slice(0, 200)} → ${problem}`);
  }
}

/** The field itself or what is in it: list items are named one by one. */
export function within(name: string): RegExp {
  return new RegExp(`^${name.replaceAll(/[.[\]]/g, '\\$&')}(?:$|[.[])`);
}

function problemOf(status: number, answer: string, field: string | RegExp): string | undefined {
  if (status < 400 || status >= 500) return `${status} ${answer.slice(0, 200)}`;
  const { error } = JSON.parse(answer) as Partial<ErrorBody>;
  if (!error?.code || !error.message || !error.request_id) return `not an error: ${answer.slice(0, 200)}`;
  const details = error.details ?? [];
  if (
    details.some((each) => each.message && (typeof field === 'string' ? each.field === field : field.test(each.field)))
  )
    return undefined;
  return `${status} ${error.code} names ${details.map((each) => each.field).join(', ') || 'nothing'}, not ${String(field)}: ${error.message}`;
}

async function rowCounts(orchestrator: TestOrchestrator) {
  const counts = TABLES.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`);
  const [row] = await orchestrator.sql(`SELECT ${counts.join(', ')}`);
  return row;
}
