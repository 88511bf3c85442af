import type { CreateJob } from '../../../src/contract/job.dto.js';
import type { SeededRandom } from '../system/seeded-random.js';

type KeyedJob = CreateJob & { idempotency_key: string };
type Recipe = (random: SeededRandom, leaseSeconds: number) => Omit<CreateJob, 'idempotency_key'>;

const SPIN_MS = 20_000;

/** How many jobs of a kind there are among a thousand, and what they are like. */
const MIX: [perThousand: number, recipe: Recipe][] = [
  [851, (random) => ({ type: 'quick', payload: { ms: random.integer(0, 60) }, priority: random.integer(-2, 3) })],
  [70, (random) => ({ type: 'slow', payload: { ms: random.integer(500, 4000) } })],
  [
    10,
    // About as long as a lease, so that it has to be renewed.
    (random, leaseSeconds) => ({
      type: 'long',
      payload: { ms: Math.round(leaseSeconds * random.between(500, 1300)) },
      timeout_seconds: 60,
    }),
  ],
  [40, (random) => ({ type: 'later', payload: { ms: 5 }, delay_seconds: random.integer(1, 6) })],
  [
    29,
    (random) => ({
      type: 'flaky',
      payload: { ms: random.integer(5, 200), failures: random.integer(1, 3) },
      backoff: { kind: 'fixed', base_seconds: random.integer(1, 4) / 2, cap_seconds: 10 },
    }),
  ],
];

/** What the producers submit. */
export class JobMix {
  private count = 0;

  /** @param prefix makes its keys unique */
  constructor(
    private readonly random: SeededRandom,
    private readonly prefix: string,
    private readonly leaseSeconds: number,
  ) {}

  next(): KeyedJob {
    let place = this.random.integer(0, 1000);
    const [, recipe] = MIX.find(([perThousand]) => (place -= perThousand) < 0)!;
    return this.keyed(recipe(this.random, this.leaseSeconds));
  }

  /** Keeps its worker's event loop busy for 20 s. */
  spinning(): KeyedJob {
    return this.keyed({ type: 'spin', payload: { ms: SPIN_MS } });
  }

  /** Ends its worker's process, at its first attempt. */
  aborting(): KeyedJob {
    return this.keyed({ type: 'abort', payload: { ms: this.random.integer(50, 500) } });
  }

  private keyed(job: Omit<CreateJob, 'idempotency_key'>): KeyedJob {
    return { ...job, idempotency_key: `${this.prefix}-${this.count++}` };
  }
}

export type { KeyedJob };
