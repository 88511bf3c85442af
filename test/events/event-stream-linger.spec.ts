import { PassThrough } from 'node:stream';
import type { Response } from 'express';
import { EventBus } from '../../src/events/event-bus.js';
import type { EventRelay } from '../../src/events/event-relay.js';
import { EventStream } from '../../src/events/event-stream.js';
import { pino } from 'pino';

/** A response that keeps what is written. */
class RecordedResponse extends PassThrough {
  text = '';

  constructor() {
    super();
    this.on('data', (chunk: Buffer) => (this.text += chunk.toString()));
  }

  writeHead(): this {
    return this;
  }
}

const relay = { start: () => undefined, send: () => undefined, stop: async () => undefined } as unknown as EventRelay;
const bus = new EventBus(relay, pino({ level: 'silent' }));
const stream = new EventStream(bus);

beforeAll(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterAll(() => {
  stream.close();
  jest.useRealTimers();
});

async function open(lastEventId?: string): Promise<RecordedResponse> {
  const response = new RecordedResponse();
  stream.open(response as unknown as Response, lastEventId);
  await jest.advanceTimersByTimeAsync(0);
  return response;
}

async function close(response: RecordedResponse): Promise<void> {
  response.destroy();
  await jest.advanceTimersByTimeAsync(0);
}

async function lastIdOf(response: RecordedResponse): Promise<string> {
  bus.publish({ kind: 'queue', name: 'mail' });
  await jest.advanceTimersByTimeAsync(1);
  return [...response.text.matchAll(/^id: (.*)$/gm)].at(-1)![1]!;
}

test('events are recorded for a while after the last browser left', async () => {
  const first = await open();
  const id = await lastIdOf(first);
  await close(first);
  await jest.advanceTimersByTimeAsync(10_000);
  bus.publish({ kind: 'queue', name: 'missed' });
  const second = await open(id);
  expect(second.text).toContain('missed');
  expect(second.text).not.toContain('reset');
  await close(second);
});

test('whoever comes back after that is told to start anew, and nobody is counted as listening meanwhile', async () => {
  const first = await open();
  const id = await lastIdOf(first);
  await close(first);
  expect(bus.hasAudienceHere).toBe(true);
  await jest.advanceTimersByTimeAsync(16_000);
  expect(bus.hasAudienceHere).toBe(false);
  const second = await open(id);
  expect(second.text).toContain('event: reset');
  expect(bus.hasAudienceHere).toBe(true);
  await close(second);
});

test('a comment shows every 15 seconds that the stream lives', async () => {
  const browser = await open();
  await jest.advanceTimersByTimeAsync(45_500);
  expect(browser.text.match(/^: $/gm)).toHaveLength(3);
  await close(browser);
});
