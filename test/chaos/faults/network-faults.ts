import type { Link, LinkFault } from '../system/link.js';
import type { Fault, FaultContext } from './fault.js';

const SLOW_SECONDS = 6;
const RESETS = 8;

const delays: Fault = {
  name: 'links are slow',
  track: 'servers',
  make: async ({ system, random, hold, during }) => {
    const links = someOf(system.links, random.shuffle.bind(random));
    await during(names(links), {}, async () => {
      links.forEach((link) => (link.delayMs = random.integer(20, 400)));
      await hold(SLOW_SECONDS);
      links.forEach((link) => link.heal());
    });
  },
};

const resets: Fault = {
  name: 'links are reset',
  track: 'servers',
  make: async ({ system, random, hold, during }) => {
    await during('', {}, async () => {
      for (let times = 0; times < RESETS; times++) {
        random.pick(system.links).reset();
        await hold(0.4);
      }
    });
  },
};

const workerCut: Fault = {
  name: 'worker cut off for longer than its lease',
  track: 'servers',
  make: async (context) => {
    const { system, options, random } = context;
    const { process, toOrchestrators } = random.pick(system.workers);
    const seconds = options.leaseSeconds * random.between(1.05, 1.4) + 1;
    // Healed by a reset, so that what it could not report comes at once, while others run the same jobs.
    await breakLink(context, toOrchestrators, 'half-open', seconds, [process.name], 'reset');
  },
};

const workerReplies: Fault = {
  name: 'answers to a worker are lost',
  track: 'servers',
  make: async (context) => {
    const { process, toOrchestrators } = context.random.pick(context.system.workers);
    await breakLink(context, toOrchestrators, 'drop-replies', context.options.leaseSeconds / 2, [process.name]);
  },
};

const producerReplies: Fault = {
  name: 'answers to a producer are lost',
  track: 'servers',
  make: async (context) => {
    await breakLink(context, context.random.pick(context.system.producerLinks), 'drop-replies', 4, []);
  },
};

const postgresLink: Fault = {
  name: 'link of an orchestrator to PostgreSQL is half open',
  track: 'servers',
  make: async (context) => {
    const { process, toPostgres } = context.random.pick(context.system.orchestrators);
    const fault = context.random.pick<LinkFault>(['half-open', 'drop-replies']);
    await breakLink(context, toPostgres, fault, context.options.leaseSeconds / 2, [process.name]);
  },
};

const redisLink: Fault = {
  name: 'link of an orchestrator to Redis is half open',
  track: 'servers',
  make: async (context) => {
    const { toRedis } = context.random.pick(context.system.orchestrators);
    await breakLink(context, toRedis, context.random.pick<LinkFault>(['half-open', 'drop-replies']), 5, []);
  },
};

async function breakLink(
  { hold, during, random }: FaultContext,
  link: Link,
  fault: LinkFault,
  seconds: number,
  silenced: string[],
  broken = random.pick(['stay', 'reset'] as const),
): Promise<void> {
  await during(`${link.name}: ${fault}`, { silenced }, async () => {
    link.break(fault);
    await hold(seconds);
    link.heal(broken);
  });
}

function someOf(links: Link[], shuffle: (links: Link[]) => Link[]): Link[] {
  return shuffle(links).slice(0, Math.ceil(links.length / 3));
}

function names(links: readonly Link[]): string {
  return links.map((link) => link.name).join(', ');
}

export const NETWORK_FAULTS: Fault[] = [
  delays,
  resets,
  workerCut,
  workerReplies,
  producerReplies,
  postgresLink,
  redisLink,
];
