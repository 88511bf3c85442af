import type { Fault } from './fault.js';

const ALL = { database: true };
const RECOVERY_SECONDS = 3;
const FULL_SECONDS = 8;

const stop: Fault = {
  name: 'PostgreSQL stopped',
  track: 'servers',
  make: async ({ system: { postgres }, options, hold, during }) => {
    await during('', ALL, async () => {
      await postgres.stop('fast');
      await hold(options.outageSeconds);
      await postgres.start();
    });
    // As long in peace, so that it can be seen how soon the system catches up.
    await hold(options.outageSeconds);
  },
};

const freeze: Fault = {
  name: 'PostgreSQL frozen',
  track: 'servers',
  make: async ({ system: { postgres }, options, random, hold, during }) => {
    const seconds = options.outageSeconds * random.pick([0.3, 1]);
    await during(`${seconds} s`, ALL, async () => {
      postgres.freeze();
      await hold(seconds);
      postgres.resume();
    });
  },
};

const crash: Fault = {
  name: 'PostgreSQL stopped with -m immediate',
  track: 'servers',
  make: async ({ system: { postgres }, hold, during }) => {
    await during('', ALL, async () => {
      await postgres.stop('immediate');
      await hold(0.5);
      await postgres.start();
    });
    await hold(RECOVERY_SECONDS);
  },
};

const backendKill: Fault = {
  name: 'one PostgreSQL backend kill -9',
  track: 'servers',
  make: async ({ system: { postgres }, random, hold, during }) => {
    await during('', ALL, async () => {
      await postgres.killOneBackend((pids) => random.pick(pids));
      await hold(RECOVERY_SECONDS);
    });
  },
};

const terminate: Fault = {
  name: 'connections terminated in mid-transaction',
  track: 'servers',
  make: async ({ system: { postgres }, hold, during }) => {
    await during('', {}, async () => {
      for (let times = 0; times < 5; times++) {
        await postgres.terminateTransactions();
        await hold(0.3);
      }
    });
  },
};

const full: Fault = {
  name: "PostgreSQL's disk is full",
  track: 'servers',
  missing: ({ disks }) => (disks.postgres ? undefined : 'no tmpfs can be mounted here (it takes root on Linux)'),
  make: async ({ system: { disks, postgres }, hold, during }) => {
    await during('', ALL, async () => {
      disks.postgres!.fill();
      await hold(FULL_SECONDS);
      disks.postgres!.empty();
      // Without room for its log it has given up.
      await postgres.start();
    });
  },
};

export const POSTGRES_FAULTS: Fault[] = [stop, freeze, crash, backendKill, terminate, full];
