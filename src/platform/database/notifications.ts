import { escapeIdentifier, type Client, type Notification } from 'pg';
import type { Logger } from '../logger.js';
import { PeriodicTask } from '../periodic-task.js';
import { random } from '../random.js';
import { DatabaseServer } from './database-server.js';
import { prepareSession } from './session-settings.js';

/** Hears what other processes published since the last call; '*': too much to name, or some of it may have been missed. */
export type NotificationListener = (payloads: readonly string[] | '*') => void;

const COALESCE_MS = 25;
/** PostgreSQL refuses a payload of 8,000 bytes. */
const MAX_PAYLOAD_BYTES = 7900;
const MAX_PAYLOADS_A_STATEMENT = 8;
const MAX_PENDING = 1000;
/** Longer names of channels are cut by LISTEN and refused by NOTIFY. */
const MAX_CHANNEL_BYTES = 63;
const QUERY_TIMEOUT_MS = 3000;
const PING_MS = 10_000;
const LONGEST_RECONNECT_DELAY_MS = 2000;

/** What is to be published on one channel. */
interface Outbox {
  pending: Set<string>;
  timer: NodeJS.Timeout | undefined;
}

/**
 * LISTEN and NOTIFY over one connection of its own, which comes back by itself. Notifications are hints: those sent while a listener
 * was away are gone, so it hears '*' when it is back.
 *
 * All who use a database share its channels. Here each is named after the schema of the tables too, so that installations in two schemas
 * of one database do not hear each other.
 */
export class Notifications {
  private readonly listeners = new Map<string, NotificationListener[]>();
  private readonly outboxes = new Map<string, Outbox>();
  private readonly ping: PeriodicTask;
  private readonly server: DatabaseServer;
  private client: Client | undefined;
  private isConnected = false;
  private ownProcessId: number | undefined;
  private schema = '';
  private reconnectTimer: NodeJS.Timeout | undefined;
  private failures = 0;
  private lastQuery: Promise<void> = Promise.resolve();

  constructor(
    databaseUrl: string,
    private readonly logger: Logger,
  ) {
    this.server = new DatabaseServer(databaseUrl);
    // On a half-open link nothing ever arrives; only a question shows that nobody is there.
    this.ping = new PeriodicTask({
      name: 'ping of the notification connection',
      everyMs: PING_MS,
      logger,
      run: async () => this.query('SELECT 1'),
    });
  }

  /** Resolves after the first attempt to connect; when that fails, further ones follow in the background. */
  async start(): Promise<void> {
    await this.connect();
    this.ping.start();
  }

  async stop(): Promise<void> {
    clearTimeout(this.reconnectTimer);
    this.outboxes.forEach((outbox) => clearTimeout(outbox.timer));
    await this.ping.stop();
    const { client } = this;
    this.client = undefined;
    this.isConnected = false;
    await client?.end();
  }

  /** Listeners hear what other processes publish, not what this one does. */
  subscribe(channel: string, listener: NotificationListener): void {
    const others = this.listeners.get(channel);
    if (others) {
      others.push(listener);
      return;
    }
    this.listeners.set(channel, [listener]);
    if (this.isConnected) void this.query(this.listen(channel));
  }

  /**
   * Returns at once and never throws. The first payload goes out right away, those of the next 25 ms together and each only once:
   * commits with a NOTIFY wait for one another in PostgreSQL.
   */
  publish(channel: string, payload: string): void {
    const outbox = this.outboxes.get(channel) ?? { pending: new Set(), timer: undefined };
    this.outboxes.set(channel, outbox);
    if (outbox.pending.size < MAX_PENDING) outbox.pending.add(payload);
    if (outbox.timer === undefined) this.flush(channel, outbox);
  }

  private flush(channel: string, outbox: Outbox): void {
    outbox.timer = undefined;
    // What waits for the connection goes out once it is back.
    if (outbox.pending.size === 0 || !this.isConnected) return;
    outbox.timer = setTimeout(() => this.flush(channel, outbox), COALESCE_MS);
    const texts = encode(outbox.pending);
    outbox.pending.clear();
    void this.query('SELECT pg_notify($1, text) FROM unnest($2::text[]) AS text', [this.fullNameOf(channel), texts]);
  }

  private async connect(): Promise<void> {
    const client = this.server.client({ query_timeout: QUERY_TIMEOUT_MS, application_name: 'notifications' });
    this.client = client;
    client.on('error', (error) => this.lose(client, error));
    client.on('end', () => this.lose(client, new Error('The connection ended')));
    client.on('notification', (message) => this.receive(message));
    try {
      await client.connect();
      await prepareSession(client);
      const { rows } = await client.query<{ id: number; schema: string | null }>(
        'SELECT pg_backend_pid() AS id, current_schema() AS schema',
      );
      this.ownProcessId = rows[0]?.id;
      this.schema = rows[0]?.schema ?? '';
      for (const channel of this.listeners.keys()) await client.query(this.listen(channel));
    } catch (error) {
      this.lose(client, error);
      return;
    }
    if (this.client !== client) return;
    this.isConnected = true;
    this.failures = 0;
    this.outboxes.forEach((outbox, channel) => outbox.timer ?? this.flush(channel, outbox));
    this.listeners.forEach((listeners) => listeners.forEach((listener) => listener('*')));
  }

  private lose(client: Client, error: unknown): void {
    if (this.client !== client) return;
    this.client = undefined;
    this.isConnected = false;
    this.server.forgetHost();
    client.end().catch(() => undefined);
    // One warning per outage: each attempt to reconnect fails with the same error.
    this.logger[this.failures === 0 ? 'warn' : 'debug']({ err: error }, 'the notification connection was lost');
    const delay = Math.min(100 * 2 ** this.failures++, LONGEST_RECONNECT_DELAY_MS) * (0.75 + 0.5 * random.fraction());
    this.reconnectTimer = setTimeout(() => void this.connect(), delay);
  }

  /** One after the other: a connection does one thing at a time. */
  private query(text: string, values?: unknown[]): Promise<void> {
    this.lastQuery = this.lastQuery.then(async () => {
      const { client } = this;
      if (!client || !this.isConnected) return;
      await client.query(text, values).catch((error: unknown) => this.lose(client, error));
    });
    return this.lastQuery;
  }

  private receive({ channel, payload, processId }: Notification): void {
    if (processId === this.ownProcessId || payload === undefined) return;
    const payloads = decode(payload);
    for (const [name, listeners] of this.listeners) {
      if (this.fullNameOf(name) === channel) listeners.forEach((listener) => listener(payloads));
    }
  }

  private listen(channel: string): string {
    return `LISTEN ${escapeIdentifier(this.fullNameOf(channel))}`;
  }

  /** The schema gives way where both together would be too long: two of so long names may share a channel, which only costs hints. */
  private fullNameOf(channel: string): string {
    const room = MAX_CHANNEL_BYTES - Buffer.byteLength(channel) - 1;
    const schema = Buffer.from(this.schema)
      .subarray(0, room)
      .toString()
      .replace(/\uFFFD+$/, '');
    return `${schema}.${channel}`;
  }
}

/** Whoever may connect to this database may also send what is none of ours. */
function decode(text: string): string[] | '*' {
  try {
    const payloads: unknown = JSON.parse(text);
    return Array.isArray(payloads) && payloads.every((each) => typeof each === 'string') ? payloads : '*';
  } catch {
    return '*';
  }
}

/** As few notifications as hold all payloads. */
function encode(payloads: ReadonlySet<string>): string[] {
  if (payloads.size >= MAX_PENDING) return [JSON.stringify('*')];
  const texts: string[] = [];
  let group: string[] = [];
  let bytes = 2;
  for (const payload of payloads) {
    const size = Buffer.byteLength(JSON.stringify(payload)) + 1;
    if (group.length > 0 && bytes + size > MAX_PAYLOAD_BYTES) {
      texts.push(JSON.stringify(group));
      group = [];
      bytes = 2;
    }
    group.push(payload);
    bytes += size;
  }
  texts.push(JSON.stringify(group));
  const fits = texts.every((text) => Buffer.byteLength(text) <= MAX_PAYLOAD_BYTES);
  return fits && texts.length <= MAX_PAYLOADS_A_STATEMENT ? texts : [JSON.stringify('*')];
}
