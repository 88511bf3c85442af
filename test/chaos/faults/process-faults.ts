import { until } from '../../support/until.js';
import type { SupervisedProcess } from '../system/supervised-process.js';
import type { Fault, FaultContext } from './fault.js';

/** How long a process that was ended may take to be back and at work. */
const BACK_SECONDS = 4;
const RESTART_LIMIT_MS = 60_000;

const workerKill: Fault = {
  name: 'worker kill -9',
  track: 'processes',
  make: async (context) => killOne(context, context.random.pick(context.system.workers).process),
};

const orchestratorKill: Fault = {
  name: 'orchestrator kill -9',
  track: 'processes',
  make: async (context) => killOne(context, context.random.pick(context.system.orchestrators).process),
};

async function killOne(context: FaultContext, process: SupervisedProcess): Promise<void> {
  await context.during(process.name, { silenced: [process.name] }, async () => {
    process.end('SIGKILL');
    await context.hold(BACK_SECONDS);
  });
}

const workerPause: Fault = {
  name: 'worker paused for longer than its lease',
  track: 'processes',
  make: async (context) => pauseOne(context, context.random.pick(context.system.workers).process),
};

const orchestratorPause: Fault = {
  name: 'orchestrator paused for longer than a lease',
  track: 'processes',
  make: async (context) => pauseOne(context, context.random.pick(context.system.orchestrators).process),
};

async function pauseOne(context: FaultContext, process: SupervisedProcess): Promise<void> {
  const seconds = context.options.leaseSeconds * context.random.between(1.05, 1.5) + 1;
  await context.during(process.name, { silenced: [process.name] }, async () => {
    process.freeze();
    await context.hold(seconds);
    process.resume();
  });
}

/** Every process in turn, as in a deployment: each drains and gives back what it has, its successor takes over, and then the next. */
const rollingRestart: Fault = {
  name: 'rolling restart by SIGTERM',
  track: 'processes',
  make: async (context) => {
    const { workers, orchestrators, balancer } = context.system;
    for (const { process } of workers) await restart(context, process, () => true);
    for (const { process, port } of orchestrators) await restart(context, process, () => balancer.isUp(port));
  },
};

/** Nobody is silenced: whatever gets lost here is the product's fault. */
async function restart(context: FaultContext, process: SupervisedProcess, isBack: () => boolean): Promise<void> {
  const lives = process.lives.length;
  await context.during(process.name, {}, async () => {
    process.end('SIGTERM');
    await until(() => process.lives.length > lives, RESTART_LIMIT_MS).catch(() => undefined);
    await context.hold(BACK_SECONDS);
    await until(isBack, RESTART_LIMIT_MS).catch(() => undefined);
  });
}

/** Its worker's event loop stands still for 20 s; the heartbeat has to go on. */
const spinningHandler: Fault = {
  name: 'handler spins for 20 s',
  track: 'processes',
  make: async ({ producers, random, hold, during }) => {
    await during('', {}, async () => {
      random.pick(producers).submitSpinning();
      await hold(2);
    });
  },
};

const abortingHandler: Fault = {
  name: 'handler calls process.abort()',
  track: 'processes',
  make: async ({ producers, random, hold, during }) => {
    await during('', {}, async () => {
      random.pick(producers).submitAborting();
      await hold(2);
    });
  },
};

export const PROCESS_FAULTS: Fault[] = [
  workerKill,
  orchestratorKill,
  workerPause,
  orchestratorPause,
  rollingRestart,
  spinningHandler,
  abortingHandler,
];
