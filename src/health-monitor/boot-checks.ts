import type { Config } from '../config/config.js';
import { clock } from '../platform/clock.js';
import type { Database } from '../platform/database/database.js';
import { statement } from '../platform/database/statement.js';
import { StartError } from '../platform/errors/start-error.js';
import type { Logger } from '../platform/logger.js';
import type { RedisConnections } from '../platform/redis/redis-connections.js';

const MIN_POSTGRES = 160_000;
const MAX_SKEW_MS = 1000;
/** Above this share of max_connections, a second orchestrator finds no room. */
const MAX_POOL_SHARE = 0.5;

interface PostgresFacts {
  version: number;
  version_text: string;
  fsync: string;
  synchronous_commit: string;
  full_page_writes: string;
  max_connections: number;
  is_standby: boolean;
  now: Date;
}

/** What PostgreSQL is and how it is set. By: the boot checks, once. */
const postgresFacts = statement(
  'postgres_facts',
  `SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS version_text,
    current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit,
    current_setting('full_page_writes') AS full_page_writes, current_setting('max_connections')::int AS max_connections,
    pg_is_in_recovery() AS is_standby, clock_timestamp() AS now`,
);

/**
 * Looks at start whether PostgreSQL and Redis are set up to keep the promises made here, and tells the operator what to mend. Redis is
 * looked at anew whenever it comes back, since it may be another one.
 */
export class BootChecks {
  private postgresWarnings: readonly string[] = [];
  private redisWarnings: readonly string[] = [];

  constructor(
    private readonly database: Database,
    private readonly redis: RedisConnections | null,
    private readonly config: Pick<Config, 'databasePoolSize'>,
    private readonly logger: Logger,
  ) {}

  /** What an operator should mend. */
  get warnings(): string[] {
    return [...this.postgresWarnings, ...this.redisWarnings];
  }

  /** @throws StartError when PostgreSQL is too old; whatever keeps it from being asked */
  async run(): Promise<void> {
    const askedAt = clock.now().getTime();
    const [facts] = await this.database.sweep.query<PostgresFacts>(postgresFacts, []);
    const answeredAt = clock.now().getTime();
    if (facts!.version < MIN_POSTGRES) {
      throw new StartError(`PostgreSQL ${facts!.version_text} is too old: version 16 or later is needed.`);
    }
    const skewMs = facts!.now.getTime() - (askedAt + answeredAt) / 2;
    this.postgresWarnings = this.report(judgePostgres(facts!, skewMs, this.config.databasePoolSize));
    this.redis?.onReady(() => void this.checkRedis(this.redis!));
    if (this.redis?.isReady) await this.checkRedis(this.redis);
  }

  private async checkRedis({ command }: RedisConnections): Promise<void> {
    try {
      this.redisWarnings = this.report(judgeRedis(await command.info('memory')));
    } catch (error) {
      // It went away again, or its operator forbids INFO.
      this.logger.debug({ reason: (error as Error).message }, 'Redis could not be checked');
    }
  }

  private report(warnings: string[]): string[] {
    for (const warning of warnings) this.logger.warn(warning);
    return warnings;
  }
}

/** @param skewMs how far the database's clock is ahead of ours; as exact as half the round trip */
export function judgePostgres(facts: Omit<PostgresFacts, 'now'>, skewMs: number, poolSize: number): string[] {
  const warnings: string[] = [];
  const warn = (isWrong: boolean, text: string) => isWrong && warnings.push(text);
  warn(facts.is_standby, 'PostgreSQL is a standby and takes no writes: point DATABASE_URL at the primary.');
  warn(facts.fsync !== 'on', 'PostgreSQL runs with fsync off: a power cut can destroy jobs. Set fsync = on.');
  warn(
    facts.synchronous_commit === 'off',
    'PostgreSQL runs with synchronous_commit off: a crash can lose jobs that were acknowledged. Set it to on.',
  );
  warn(
    facts.full_page_writes !== 'on',
    'PostgreSQL runs with full_page_writes off: a power cut can destroy jobs. Set full_page_writes = on.',
  );
  warn(
    Math.abs(skewMs) > MAX_SKEW_MS,
    `The clocks of this machine and of PostgreSQL differ by ${(Math.abs(skewMs) / 1000).toFixed(1)} s: times shown and logged will not agree. Synchronise both.`,
  );
  warn(
    poolSize > facts.max_connections * MAX_POOL_SHARE,
    `DATABASE_POOL_SIZE ${poolSize} is more than half of PostgreSQL's max_connections (${facts.max_connections}): a second orchestrator would find no room.`,
  );
  return warnings;
}

/** @param memoryInfo the answer to `INFO memory` */
export function judgeRedis(memoryInfo: string): string[] {
  const policy = /^maxmemory_policy:(\S+)/m.exec(memoryInfo)?.[1];
  const hasLimit = !/^maxmemory:0\s*$/m.test(memoryInfo);
  if (policy === undefined || policy === 'noeviction') return [];
  const when = hasLimit ? 'when its memory is full' : 'once it is given a memory limit';
  return [
    `Redis runs with maxmemory-policy ${policy}: it drops ready jobs from the queue ${when}, which then wait for the repair. Set maxmemory-policy noeviction.`,
  ];
}
