import { isServerReachable } from '../api/client.js';
import { readEventStream, type StreamMessage } from './event-stream.js';

const NAME = 'orchestrator-live';
const FIRST_RETRY_MS = 1000;
const RETRY_MS = 30_000;
const FAILURES_BEFORE_POLLING = 2;

type ConnectionState = 'live' | 'polling' | 'reconnecting';

type ChannelMessage =
  | { kind: 'state'; state: ConnectionState }
  | { kind: 'event'; message: StreamMessage }
  | { kind: 'beat' }
  | { kind: 'who' };

export interface ConnectionListeners {
  onState: (state: ConnectionState) => void;
  onMessage: (message: StreamMessage) => void;
  /** A sign of life from the server. */
  onBeat: () => void;
}

/**
 * One event stream for all tabs of a browser (HTTP/1.1 allows six connections to a server): the tab that holds a Web Lock reads the
 * stream and passes every message on through a BroadcastChannel. When it closes or is hidden, the lock falls to another tab.
 */
export class LiveConnection {
  private readonly abort = new AbortController();
  private readonly channel = new BroadcastChannel(NAME);
  private state: ConnectionState = 'reconnecting';
  private isLeader = false;
  private failures = 0;
  private wake = () => {};

  constructor(private readonly listeners: ConnectionListeners) {
    this.channel.onmessage = ({ data }: MessageEvent<ChannelMessage>) => this.receive(data);
    this.channel.postMessage({ kind: 'who' } satisfies ChannelMessage);
    // Web Locks exist in secure contexts only; elsewhere each tab reads a stream of its own.
    const turn =
      'locks' in navigator
        ? navigator.locks.request(NAME, { signal: this.abort.signal }, () => this.lead())
        : this.lead();
    turn.catch((error: unknown) => {
      if (!this.abort.signal.aborted) throw error;
    });
    const unsubscribe = isServerReachable.subscribe(() => isServerReachable.get() && this.wake());
    this.abort.signal.addEventListener('abort', unsubscribe);
  }

  /** Leaves the stream, or the election, for good. */
  close(): void {
    this.abort.abort();
    this.channel.close();
  }

  private async lead(): Promise<void> {
    this.isLeader = true;
    while (!this.abort.signal.aborted) {
      await readEventStream({
        signal: this.abort.signal,
        onBytes: () => this.beat(),
        onMessage: (message) => this.publish(message),
      }).catch(() => undefined);
      if (this.abort.signal.aborted) return;
      this.failures += 1;
      const isDown = this.failures >= FAILURES_BEFORE_POLLING;
      this.setState(isDown ? 'polling' : 'reconnecting');
      await this.pause(isDown ? RETRY_MS : FIRST_RETRY_MS);
    }
  }

  private beat(): void {
    this.failures = 0;
    this.setState('live');
    this.listeners.onBeat();
    this.channel.postMessage({ kind: 'beat' } satisfies ChannelMessage);
  }

  private publish(message: StreamMessage): void {
    this.listeners.onMessage(message);
    this.channel.postMessage({ kind: 'event', message } satisfies ChannelMessage);
  }

  private setState(state: ConnectionState): void {
    if (state === this.state) return;
    this.state = state;
    this.listeners.onState(state);
    if (this.isLeader) this.channel.postMessage({ kind: 'state', state } satisfies ChannelMessage);
  }

  private receive(message: ChannelMessage): void {
    if (message.kind === 'who') {
      if (this.isLeader) this.channel.postMessage({ kind: 'state', state: this.state } satisfies ChannelMessage);
      return;
    }
    if (this.isLeader) return;
    if (message.kind === 'state') this.setState(message.state);
    else if (message.kind === 'beat') this.listeners.onBeat();
    else this.listeners.onMessage(message.message);
  }

  /** Waits, but not past the moment when the server answers again. */
  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = window.setTimeout(resolve, ms);
      this.wake = () => {
        window.clearTimeout(timer);
        resolve();
      };
      this.abort.signal.addEventListener('abort', this.wake, { once: true });
    });
  }
}
