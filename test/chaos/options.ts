import { parseArgs } from 'node:util';

/** What a run does. */
export interface ChaosOptions {
  /** How long faults are made. */
  seconds: number;
  seed: number;
  /** Submissions a second, of all producers together. */
  rate: number;
  orchestrators: number;
  workers: number;
  producers: number;
  /** Jobs that one worker runs at a time. */
  concurrency: number;
  leaseSeconds: number;
  /** How long servers and links are away. */
  outageSeconds: number;
  /** How long the system may take to finish all jobs once nothing disturbs it any more. */
  quietSeconds: number;
  /** Names of the faults to make; null for all. */
  faults: readonly string[] | null;
  /** Where the histories, logs and results are put. */
  folder: string | null;
}

export const DEFAULTS: ChaosOptions = {
  seconds: 120,
  seed: 1,
  rate: 50,
  orchestrators: 2,
  workers: 4,
  producers: 2,
  concurrency: 20,
  leaseSeconds: 15,
  outageSeconds: 20,
  quietSeconds: 240,
  faults: null,
  folder: null,
};

export const HELP = `npm run chaos -- [flags]
  --seconds 120        how long faults are made
  --seed 1             the same seed makes the same load and the same faults in the same order
  --rate 50            submissions a second
  --workers 4          worker processes
  --lease-seconds 15   the lease; heartbeats come three times as often
  --outage-seconds 20  how long servers and links are away
  --faults a,b         only these
  --weaken guard       a build without this guard, beside a sound one: fails when the checker can't tell them apart
  --prove              so for every guard
  --folder path        where the histories, logs and results go
`;

/**
 * `weaken` names the guard that the build is to lack; `prove` asks for all of them.
 * @returns null when help was asked for. @throws Error for flags that make no sense
 */
export function readOptions(args: string[]): { run: ChaosOptions; weaken: string | null; prove: boolean } | null {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: {
      ...{ seconds: text, seed: text, rate: text, workers: text, 'lease-seconds': text, 'outage-seconds': text },
      ...{ faults: text, weaken: text, folder: text, prove: { type: 'boolean' }, help: { type: 'boolean' } },
    },
  });
  if (values.help) return null;
  const number = (given: string | undefined, fallback: number) => {
    const value = Number(given ?? fallback);
    if (!(value > 0)) throw new Error(`${given} is not a positive number`);
    return value;
  };
  const run = {
    ...DEFAULTS,
    seconds: number(values.seconds, DEFAULTS.seconds),
    seed: number(values.seed, DEFAULTS.seed),
    rate: number(values.rate, DEFAULTS.rate),
    workers: number(values.workers, DEFAULTS.workers),
    leaseSeconds: number(values['lease-seconds'], DEFAULTS.leaseSeconds),
    outageSeconds: number(values['outage-seconds'], DEFAULTS.outageSeconds),
    faults: values.faults?.split(',') ?? null,
    folder: values.folder ?? null,
  };
  return { run, weaken: values.weaken ?? null, prove: values.prove ?? false };
}
