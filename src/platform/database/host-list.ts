import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { DatabaseHost, DatabaseUrl, SessionTarget } from '../../config/database-url.js';
import { clock } from '../clock.js';
import { random } from '../random.js';

/** For a host to say what it is: it may be a machine that is gone. */
export const HOST_LIMIT_MS = 3000;
const REMEMBERED_MS = 5000;

interface Probe {
  host: DatabaseHost;
  /** What it is; an error when it can't be asked. */
  state: { isStandby: boolean; isReadOnly: boolean } | Error;
}

/** None of the hosts is what is wanted. SQLSTATE 08001: the connection can't be made. */
export class NoHostError extends Error {
  override readonly name = 'NoHostError';
  readonly code = '08001';
}

/**
 * Which of several servers to connect to. All are asked at the same time, so that one that is gone does not hold up the others; what was
 * found is remembered for five seconds, or until it proves wrong.
 */
export class HostList {
  private found: { host: DatabaseHost; until: number } | undefined;
  private search: Promise<DatabaseHost> | undefined;

  constructor(private readonly url: DatabaseUrl) {}

  /** One host of which nothing is asked needs no search. */
  get isFixed(): boolean {
    return this.url.hosts.length === 1 && this.url.target === 'any';
  }

  /** @throws NoHostError that says of each host what it is */
  async find(): Promise<DatabaseHost> {
    if (this.isFixed) return this.url.hosts[0]!;
    if (this.found && clock.monotonicMs() < this.found.until) return this.found.host;
    this.search ??= this.look().finally(() => (this.search = undefined));
    return this.search;
  }

  /** Call it when a server turned out not to be what it was. */
  forget(): void {
    this.found = undefined;
  }

  private async look(): Promise<DatabaseHost> {
    const { hosts, target, isShuffled, urlOf } = this.url;
    const order = isShuffled ? shuffled(hosts) : hosts;
    const host = await choose(
      order.map((each) => probe(each, urlOf(each))),
      target,
    );
    this.found = { host, until: clock.monotonicMs() + REMEMBERED_MS };
    return host;
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  const drawn = items.map((item) => ({ item, place: random.fraction() }));
  return drawn.sort((a, b) => a.place - b.place).map(({ item }) => item);
}

/** There is one primary, so whichever says first that it is that wins; where several would do, the order decides. */
async function choose(probes: readonly Promise<Probe>[], target: SessionTarget): Promise<DatabaseHost> {
  if (target === 'any') return inOrder(probes, () => true);
  if (target === 'prefer-standby') {
    return inOrder(probes, isStandby).catch(() => inOrder(probes, () => true));
  }
  const fits = { 'read-write': isWritable, primary: isPrimary, standby: isStandby }[target];
  return Promise.any(
    probes.map(async (each) => {
      const found = await each;
      if (!fits(found)) throw new NoHostError(wordsFor(found));
      return found.host;
    }),
  ).catch(async () => refuse(await Promise.all(probes), target));
}

async function inOrder(probes: readonly Promise<Probe>[], fits: (probe: Probe) => boolean): Promise<DatabaseHost> {
  for (const each of probes) {
    const found = await each;
    if (!(found.state instanceof Error) && fits(found)) return found.host;
  }
  return refuse(await Promise.all(probes), 'any');
}

function refuse(probes: readonly Probe[], target: SessionTarget): never {
  const wanted = target === 'any' ? 'can be used' : `is ${target}`;
  throw new NoHostError(`none of the hosts ${wanted}: ${probes.map(wordsFor).join('; ')}`);
}

async function probe(host: DatabaseHost, url: string): Promise<Probe> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: HOST_LIMIT_MS,
    query_timeout: HOST_LIMIT_MS,
    application_name: 'probe',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ is_standby: boolean; is_read_only: boolean }>(
      `SELECT pg_is_in_recovery() AS is_standby, current_setting('default_transaction_read_only') = 'on' AS is_read_only`,
    );
    return { host, state: { isStandby: rows[0]!.is_standby, isReadOnly: rows[0]!.is_read_only } };
  } catch (error) {
    return { host, state: error as Error };
  } finally {
    void Promise.race([client.end().catch(() => undefined), delay(HOST_LIMIT_MS, undefined, { ref: false })]);
  }
}

function isStandby({ state }: Probe): boolean {
  return !(state instanceof Error) && state.isStandby;
}

function isPrimary({ state }: Probe): boolean {
  return !(state instanceof Error) && !state.isStandby;
}

function isWritable({ state }: Probe): boolean {
  return !(state instanceof Error) && !state.isStandby && !state.isReadOnly;
}

function wordsFor({ host: { host, port }, state }: Probe): string {
  const name = `${host}:${port}`;
  if (state instanceof AggregateError) return `${name}: ${(state.errors[0] as Error).message}`;
  if (state instanceof Error) return `${name}: ${state.message}`;
  if (state.isStandby) return `${name} is a standby`;
  return state.isReadOnly ? `${name} is read-only (default_transaction_read_only is on)` : `${name} is the primary`;
}
