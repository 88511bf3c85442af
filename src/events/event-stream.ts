import type { Response } from 'express';
import { DomainError } from '../platform/errors/domain-error.js';
import { random } from '../platform/random.js';
import type { BusEvent, EventBus } from './event-bus.js';

const RECONNECT_MS = 2000;
const HEARTBEAT_MS = 15_000;
/** Events that a browser may catch up on after a broken connection. */
const MAX_REMEMBERED = 2000;
/** After the last browser left, events are recorded so long for its return. */
const LINGER_MS = 15_000;
const MAX_CLIENTS = 500;
/** What may wait for a browser that does not read, above what the socket takes. */
const MAX_UNREAD_BYTES = 512 * 1024;

/**
 * Streams the bus to browsers as server-sent events, numbered `epoch:counter`. Whoever comes back with a number that is still remembered
 * gets what it missed; anybody else is told to start anew (`reset`). The epoch changes whenever events were not recorded.
 */
export class EventStream {
  private readonly clients = new Set<Response>();
  private epoch = newEpoch();
  private counter = 0;
  private remembered: string[] = [];
  private unsent: string[] = [];
  private unsubscribe: (() => void) | undefined;
  private heartbeat: NodeJS.Timeout | undefined;
  private lingering: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly bus: EventBus) {}

  get clientCount(): number {
    return this.clients.size;
  }

  /**
   * Streams to a browser until either side ends it.
   * @param lastEventId the number of the last event that it got, if any
   * @throws DomainError when the server stops, or has all the streams that it takes
   */
  open(response: Response, lastEventId: string | undefined): void {
    if (this.isClosed) throw new DomainError('shutting_down', 'This server is shutting down.');
    if (this.clients.size >= MAX_CLIENTS) {
      throw new DomainError('too_many_requests', 'Too many event streams are open.', { retryAfterSeconds: 30 });
    }
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    if (response.closed) return;
    this.record();
    this.flush();
    response.write(`retry: ${RECONNECT_MS}\n\n${this.greeting(lastEventId)}`);
    this.clients.add(response);
    response.on('close', () => this.forget(response));
    response.on('error', () => response.destroy());
  }

  /** Ends all streams. */
  close(): void {
    this.isClosed = true;
    for (const client of this.clients) client.end();
    clearTimeout(this.lingering);
    this.stopRecording();
  }

  private greeting(lastEventId: string | undefined): string {
    const here = `${this.epoch}:${this.counter}`;
    if (lastEventId === undefined) return frame('hello', '{}', here);
    const [epoch, counter] = lastEventId.split(':');
    const missed = epoch === this.epoch ? this.counter - Number(counter) : NaN;
    if (missed >= 0 && missed <= this.remembered.length) {
      return frame('hello', '{}') + this.remembered.slice(this.remembered.length - missed).join('');
    }
    return frame('hello', '{}') + frame('reset', '{}', here);
  }

  private record(): void {
    clearTimeout(this.lingering);
    if (this.unsubscribe) return;
    this.unsubscribe = this.bus.subscribe((event) => this.add(event));
    this.bus.setAudience(true);
    this.heartbeat = setInterval(() => this.send(': \n\n'), HEARTBEAT_MS).unref();
  }

  private stopRecording(): void {
    clearInterval(this.heartbeat);
    this.bus.setAudience(false);
    this.unsubscribe?.();
    this.unsubscribe = undefined;
    this.remembered = [];
    this.epoch = newEpoch();
    this.counter = 0;
  }

  private add({ kind, ...data }: BusEvent): void {
    const text = frame(kind, JSON.stringify(data), `${this.epoch}:${++this.counter}`);
    this.remembered.push(text);
    // Cut now and then only: a shift for each event would move the whole list.
    if (this.remembered.length > 2 * MAX_REMEMBERED) this.remembered = this.remembered.slice(-MAX_REMEMBERED);
    if (this.unsent.push(text) === 1) setImmediate(() => this.flush());
  }

  /** All events of one turn of the event loop go out in one write to each browser. */
  private flush(): void {
    if (this.unsent.length === 0) return;
    const text = this.unsent.join('');
    this.unsent = [];
    this.send(text);
  }

  private send(text: string): void {
    for (const client of this.clients) {
      // What waits is from earlier writes: a burst is no reason to drop a browser, not reading is.
      if (client.writableLength > MAX_UNREAD_BYTES) client.destroy();
      else client.write(text);
    }
  }

  private forget(client: Response): void {
    this.clients.delete(client);
    if (this.clients.size > 0 || this.isClosed) return;
    this.lingering = setTimeout(() => this.stopRecording(), LINGER_MS).unref();
  }
}

function newEpoch(): string {
  return random.token().slice(0, 8);
}

function frame(kind: string, data: string, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${kind}\ndata: ${data}\n\n`;
}
