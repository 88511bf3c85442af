import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../logger.js';
import { random } from '../random.js';
import { parseRedisUrl, redactRedisUrl, type RedisTarget } from './redis-url.js';

export type RedisClient = Redis | Cluster;

const CONNECT_TIMEOUT_MS = 3000;
const COMMAND_TIMEOUT_MS = 2000;
const KEEP_ALIVE_MS = 10_000;
const LONGEST_RECONNECT_DELAY_MS = 1000;

/**
 * This process's connections to one Redis: a single server, one behind Sentinel, or a Cluster. They reconnect for as long as they are
 * open. While Redis is away a command fails at once; when it stops answering, the connection is given up after two seconds, so that
 * `isReady` tells the truth from then on.
 */
export class RedisConnections {
  /** For commands that answer at once. */
  readonly command: RedisClient;
  private readonly target: RedisTarget;
  private readonly clients: RedisClient[] = [];
  private readonly readyListeners: (() => void)[] = [];
  private readonly lostListeners: (() => void)[] = [];

  /** Opens the command connection; a Redis that is away shows as `isReady` false, not as an error. */
  constructor(
    url: string,
    private readonly logger: Logger,
  ) {
    this.target = parseRedisUrl(url);
    this.command = this.open('command');
    this.command.on('ready', () => {
      logger.info({ redis: redactRedisUrl(url) }, 'Redis is ready');
      this.readyListeners.forEach((listener) => listener());
    });
    this.command.on('close', () => this.lostListeners.forEach((listener) => listener()));
  }

  /** True while commands are worth sending. */
  get isReady(): boolean {
    return this.command.status === 'ready';
  }

  /** Called at each connect and reconnect of the command connection. */
  onReady(listener: () => void): void {
    this.readyListeners.push(listener);
  }

  /** Called when the command connection was lost, and after each attempt to get it back that failed. */
  onLost(listener: () => void): void {
    this.lostListeners.push(listener);
  }

  /**
   * A further connection, for commands that block and for subscriptions. It closes with all others.
   * @param longestBlockMs how long its commands may block by their own time limit; they are given two seconds more
   */
  open(name: string, longestBlockMs = 0): RedisClient {
    const client = connect(this.target, COMMAND_TIMEOUT_MS + longestBlockMs);
    let isKnownAway = false;
    client.on('ready', () => (isKnownAway = false));
    // One warning per outage: each reconnect attempt fails with the same error. The error itself may carry AUTH's arguments.
    client.on('error', ({ message }: Error) => {
      this.logger[isKnownAway ? 'debug' : 'warn']({ reason: message, connection: name }, 'Redis is away');
      isKnownAway = true;
    });
    this.clients.push(client);
    return client;
  }

  /** Closes every connection; commands in flight fail. */
  close(): void {
    this.clients.forEach((client) => client.disconnect());
  }
}

function connect(target: RedisTarget, timeoutMs: number): RedisClient {
  const options = {
    ...(target.username && { username: target.username }),
    ...(target.password && { password: target.password }),
    ...(target.isEncrypted && { tls: {} }),
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: timeoutMs,
    // A command that timed out leaves a connection that looks well: this one closes it.
    socketTimeout: timeoutMs,
    keepAlive: KEEP_ALIVE_MS,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  } satisfies RedisOptions;
  if (target.kind === 'cluster') {
    return new Cluster(target.nodes, {
      enableOfflineQueue: false,
      clusterRetryStrategy: reconnectDelay,
      slotsRefreshTimeout: COMMAND_TIMEOUT_MS,
      redisOptions: options,
    });
  }
  const single = { ...options, db: target.database, enableOfflineQueue: false, retryStrategy: reconnectDelay };
  if (target.kind === 'sentinel') {
    return new Redis({
      ...single,
      sentinels: target.nodes,
      name: target.master,
      sentinelCommandTimeout: COMMAND_TIMEOUT_MS,
      sentinelRetryStrategy: reconnectDelay,
      failoverDetector: true,
      ...(target.isEncrypted && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
    });
  }
  return new Redis({ ...single, ...target.nodes[0] });
}

function reconnectDelay(attempts: number): number {
  const delay = Math.min(50 * 2 ** Math.min(attempts - 1, 10), LONGEST_RECONNECT_DELAY_MS);
  return delay * (0.75 + 0.5 * random.fraction());
}
