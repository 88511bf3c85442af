import { ServiceUnavailableException } from '@nestjs/common';
import type { HealthCheckService, HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import type { Health, HealthParts } from '../contract/health.dto.js';
import { clock } from '../platform/clock.js';
import type { Database } from '../platform/database/database.js';
import { statement } from '../platform/database/statement.js';
import type { RedisConnections } from '../platform/redis/redis-connections.js';
import type { ReadyQueue } from '../queue/ready-queue.js';
import type { BootChecks } from './boot-checks.js';

/** Probes come from many sides, and anyone may send them: PostgreSQL is asked once a second at most. */
const FRESH_MS = 1000;
const POSTGRES_LIMIT_MS = 2000;

/** By: GET /health/ready. */
const ping = statement('health_ping', 'SELECT 1');

/** Whether this orchestrator can do its work: not without PostgreSQL, and slower without Redis. */
export class Readiness {
  private latest: { health: Promise<Health>; at: number } | undefined;

  constructor(
    private readonly checks: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly database: Database,
    private readonly redis: RedisConnections | null,
    private readonly queue: Pick<ReadyQueue, 'mode'>,
    private readonly bootChecks: Pick<BootChecks, 'warnings'>,
  ) {}

  /** As of at most a second ago; takes two seconds at most. */
  read(): Promise<Health> {
    const now = clock.monotonicMs();
    if (!this.latest || now - this.latest.at > FRESH_MS) this.latest = { health: this.check(), at: now };
    return this.latest.health;
  }

  private async check(): Promise<Health> {
    const { status, details } = await this.outcome();
    return {
      status: status === 'ok' || status === 'degraded' ? status : 'error',
      details: details as unknown as HealthParts,
      warnings: this.bootChecks.warnings,
    };
  }

  private async outcome() {
    try {
      return await this.checks.check([() => this.checkPostgres(), () => this.checkRedis()]);
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      return error.getResponse() as { status: string; details: HealthIndicatorResult };
    }
  }

  private async checkPostgres(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('postgres');
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<'silent'>((resolve) => (timer = setTimeout(resolve, POSTGRES_LIMIT_MS, 'silent')));
    try {
      const answer = await Promise.race([this.database.sweep.query(ping, []), silence]);
      if (answer !== 'silent') return indicator.up();
      return indicator.down({ message: `PostgreSQL did not answer within ${POSTGRES_LIMIT_MS} ms.` });
    } catch {
      // Why, with addresses and names, is in the log; this answer is for everyone.
      return indicator.down({ message: 'PostgreSQL is away.' });
    } finally {
      clearTimeout(timer);
    }
  }

  private checkRedis(): HealthIndicatorResult {
    const indicator = this.indicators.check('redis');
    if (this.redis === null) return indicator.up({ message: 'Not used: the ready queue is PostgreSQL itself.' });
    if (!this.redis.isReady) {
      return indicator.degraded({ message: 'Redis is away: the ready queue is PostgreSQL until it is back.' });
    }
    if (this.queue.mode === 'redis') return indicator.up();
    return indicator.degraded({ message: 'The ready queue in Redis is being rebuilt.' });
  }
}
