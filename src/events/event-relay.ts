import type { ServerEvent } from '../contract/event.js';
import type { Notifications } from '../platform/database/notifications.js';
import type { Logger } from '../platform/logger.js';
import { PeriodicTask } from '../platform/periodic-task.js';
import { random } from '../platform/random.js';
import type { RedisClient, RedisConnections } from '../platform/redis/redis-connections.js';
import { NOTIFY_CHANNEL, redisChannel } from './event-channel.js';

/** What one orchestrator tells the others: events, that browsers listen to it, or the question who else has any. */
export type RelayMessage = { events: ServerEvent[] } | { audience: 'here' | 'who' };

export interface RelayListener {
  receive: (message: RelayMessage) => void;
  /** Messages of the others may have been missed until now. */
  missed: () => void;
}

/** Below PostgreSQL's limit for one notification, quoted once more and with others beside it. */
const MAX_NOTIFY_BYTES = 7000;
const PING_MS = 10_000;

/**
 * Carries messages between orchestrators, best effort: by Redis while it is ready, else by PostgreSQL. Each hears both, since two may
 * not see the same Redis outage.
 */
export class EventRelay {
  private readonly id = random.token();
  private readonly channel: string;
  private readonly ping: PeriodicTask | undefined;
  private listener: RelayListener | undefined;

  /** @param redis null without Redis */
  constructor(
    private readonly redis: RedisConnections | null,
    private readonly notifications: Notifications,
    options: { redisPrefix: string },
    private readonly logger: Logger,
  ) {
    this.channel = redisChannel(options.redisPrefix);
    if (!redis) return;
    const subscriber = redis.open('events');
    subscriber.on('ready', () => void this.subscribe(subscriber));
    subscriber.on('message', (_channel: string, text: string) => this.receive(text));
    // Nothing arrives over a half-open link; only a question that gets no answer closes it.
    this.ping = new PeriodicTask({
      name: 'ping of the event subscription',
      everyMs: PING_MS,
      logger,
      run: async () => {
        if (subscriber.status === 'ready') await subscriber.ping();
      },
    });
  }

  start(listener: RelayListener): void {
    this.listener = listener;
    this.notifications.subscribe(NOTIFY_CHANNEL, (payloads) => {
      if (payloads === '*') listener.missed();
      else payloads.forEach((text) => this.receive(text));
    });
    this.ping?.start();
  }

  async stop(): Promise<void> {
    this.listener = undefined;
    await this.ping?.stop();
  }

  /** Returns at once and never throws. */
  send(message: RelayMessage): void {
    const text = JSON.stringify({ from: this.id, ...message });
    if (this.redis?.isReady) {
      this.redis.command.publish(this.channel, text).catch((error: Error) => {
        this.logger.debug({ reason: error.message }, 'events were not published');
      });
    } else if (Buffer.byteLength(JSON.stringify(text)) <= MAX_NOTIFY_BYTES) {
      this.notifications.publish(NOTIFY_CHANNEL, text);
    } else if ('events' in message) {
      this.sendShortened(message.events);
    }
  }

  private sendShortened(events: readonly ServerEvent[]): void {
    const others = events.filter(({ kind }) => kind !== 'job' && kind !== 'jobs');
    for (const event of others) this.send({ events: [event] });
    const count = events.reduce(
      (sum, event) => sum + (event.kind === 'jobs' ? event.count : Number(event.kind === 'job')),
      0,
    );
    if (count > 0) this.send({ events: [{ kind: 'jobs', count }] });
  }

  private async subscribe(subscriber: RedisClient): Promise<void> {
    try {
      await subscriber.subscribe(this.channel);
      this.listener?.missed();
    } catch (error) {
      this.logger.debug({ reason: (error as Error).message }, 'events of other orchestrators are not heard');
    }
  }

  private receive(text: string): void {
    const sent = decode(text);
    if (!sent) return this.listener?.missed();
    const { from, ...message } = sent;
    if (from !== this.id) this.listener?.receive(message);
  }
}

/** Null for what is none of ours: others may write to these channels too. */
function decode(text: string): (RelayMessage & { from: string }) | null {
  try {
    const sent = JSON.parse(text) as (RelayMessage & { from: string }) | null;
    return sent && (('events' in sent && Array.isArray(sent.events)) || 'audience' in sent) ? sent : null;
  } catch {
    return null;
  }
}
