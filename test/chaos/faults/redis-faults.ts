import { Redis } from 'ioredis';
import { until } from '../../support/until.js';
import type { Fault } from './fault.js';

const AWAY_SECONDS = 5;

const kill: Fault = {
  name: 'Redis kill -9',
  track: 'servers',
  make: async ({ system: { redis }, hold, during }) => {
    await during('', {}, async () => {
      await redis.kill();
      await hold(AWAY_SECONDS);
      await redis.start();
    });
  },
};

const flush: Fault = {
  name: 'Redis FLUSHALL',
  track: 'servers',
  make: async ({ system: { redis }, hold, during }) => {
    await during('', {}, async () => {
      await command(redis.port, (client) => client.flushall());
      await hold(1);
    });
  },
};

const pause: Fault = {
  name: 'Redis paused',
  track: 'servers',
  make: async ({ system: { redis }, hold, during }) => {
    await during('', {}, async () => {
      redis.pause();
      await hold(AWAY_SECONDS);
      redis.resume();
    });
  },
};

const memoryFull: Fault = {
  name: 'Redis memory full (noeviction)',
  track: 'servers',
  make: async ({ system: { redis }, hold, during }) => {
    await during('', {}, async () => {
      await command(redis.port, (client) => client.config('SET', 'maxmemory', '1'));
      await hold(AWAY_SECONDS);
      await until(() => command(redis.port, (client) => client.config('SET', 'maxmemory', '0')), 30_000);
    });
  },
};

const diskFull: Fault = {
  name: "Redis's AOF disk is full",
  track: 'servers',
  missing: ({ disks }) => (disks.redis ? undefined : 'no tmpfs can be mounted here (it takes root on Linux)'),
  make: async ({ system: { redis, disks }, hold, during }) => {
    await during('', {}, async () => {
      disks.redis!.fill();
      await hold(AWAY_SECONDS);
      disks.redis!.empty();
      // It ends when it can't write what it has told its log.
      await command(redis.port, (client) => client.ping()).catch(() => redis.kill().then(() => redis.start()));
    });
  },
};

/** On a connection of its own, past all links. */
async function command(port: number, run: (client: Redis) => Promise<unknown>): Promise<true> {
  const client = new Redis({ port, host: '127.0.0.1', commandTimeout: 3000, retryStrategy: null, lazyConnect: true });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await run(client);
    return true;
  } finally {
    client.disconnect();
  }
}

export const REDIS_FAULTS: Fault[] = [kill, flush, pause, memoryFull, diskFull];
