import { Pool } from 'undici';
import type { ErrorBody } from '../contract/errors.js';
import type { AppendLogs, LeasedJobs, LogsAppended, NextJobs, ReportAnswer } from '../contract/lease.dto.js';
import type { HeartbeatAnswer, RegisteredWorker, RegisterWorker } from '../contract/worker.dto.js';
import type { Logger } from '../platform/logger.js';

const CALL_LIMIT_MS = 15_000;
/** An answer to a long poll that comes later than this after its wait is dropped: its leases may be about to end. */
const POLL_SLACK_MS = 5_000;
/** Connections for log lines, which must never queue in front of reports and polls. */
const LOG_CONNECTIONS = 2;

/** A call that brought no usable answer. `status` and `code` are null when nothing, or nothing readable, came back. */
export class CallError extends Error {
  override readonly name = 'CallError';

  constructor(
    message: string,
    readonly status: number | null,
    readonly code: string | null,
    readonly retryAfterSeconds: number | null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Whether the same call may succeed later. */
  get isTransient(): boolean {
    return this.status === null || this.status >= 500 || this.status === 429 || this.status === 408;
  }

  /** Whether the orchestrator does not know this worker, so that it must register anew. */
  get isUnknownWorker(): boolean {
    return this.code === 'worker_not_found';
  }
}

/** An answer as value and as text: payloads are rounded by JavaScript's numbers in the first, exact in the second. */
export interface Answer<T> {
  value: T;
  text: string;
}

/** The worker's side of the HTTP API. Every call has a time limit and throws `CallError`. */
export class OrchestratorClient {
  private readonly pool: Pool;
  private readonly logPool: Pool;
  private readonly pathPrefix: string;
  private readonly headers: Record<string, string>;
  private readonly failing = new Set<string>();

  /** @param url may carry a path, which then precedes that of every call */
  constructor(
    url: string,
    apiKey: string | undefined,
    private readonly logger: Pick<Logger, 'info' | 'warn'>,
  ) {
    const { origin, pathname } = new URL(url);
    const connect = { timeout: 5_000 };
    this.pool = new Pool(origin, { connect });
    this.logPool = new Pool(origin, { connect, connections: LOG_CONNECTIONS });
    this.pathPrefix = pathname.replace(/\/+$/, '');
    this.headers = { 'content-type': 'application/json', accept: 'application/json' };
    if (apiKey !== undefined) this.headers['authorization'] = `Bearer ${apiKey}`;
  }

  async register(body: RegisterWorker, signal: AbortSignal): Promise<RegisteredWorker> {
    return (await this.post<RegisteredWorker>('/workers/register', JSON.stringify(body), { signal })).value;
  }

  /** @param body the text of a `Heartbeat` */
  async heartbeat(body: string, limitMs: number): Promise<HeartbeatAnswer> {
    return (await this.post<HeartbeatAnswer>('/workers/heartbeat', body, { limitMs })).value;
  }

  next(body: NextJobs, signal: AbortSignal): Promise<Answer<LeasedJobs>> {
    const limitMs = (body.wait_seconds ?? 0) * 1000 + POLL_SLACK_MS;
    return this.post('/jobs/next', JSON.stringify(body), { signal, limitMs });
  }

  /** @param body the text of a `ReportBatch` */
  report(body: string, signal: AbortSignal): Promise<Answer<ReportAnswer>> {
    return this.post('/jobs/report', body, { signal });
  }

  async appendLogs(jobId: string, body: AppendLogs, limitMs: number): Promise<LogsAppended> {
    const path = `/jobs/${encodeURIComponent(jobId)}/logs`;
    return (await this.post<LogsAppended>(path, JSON.stringify(body), { limitMs, pool: this.logPool })).value;
  }

  async close(): Promise<void> {
    await Promise.all([this.pool.destroy(), this.logPool.destroy()]);
  }

  private async post<T>(
    path: string,
    body: string,
    { limitMs = CALL_LIMIT_MS, signal, pool = this.pool }: { limitMs?: number; signal?: AbortSignal; pool?: Pool },
  ): Promise<Answer<T>> {
    const limit = AbortSignal.timeout(limitMs);
    try {
      const response = await pool.request({
        method: 'POST',
        path: this.pathPrefix + path,
        headers: this.headers,
        body,
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
        // The signal is the one time limit; undici's own would cut a long poll short or let a slow drip go on.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      const text = await response.body.text();
      if (response.statusCode >= 300) throw refusal(path, response.statusCode, text, response.headers['retry-after']);
      const answer = { value: parseObject(text) as T, text };
      if (this.failing.delete(path)) this.logger.info({ path }, 'the orchestrator answers again');
      return answer;
    } catch (cause) {
      signal?.throwIfAborted();
      throw this.failed(path, cause);
    }
  }

  /** Says once per outage that a path fails, not once per try. */
  private failed(path: string, cause: unknown): CallError {
    const error =
      cause instanceof CallError
        ? cause
        : new CallError(`${path}: ${(cause as Error).message}`, null, null, null, { cause });
    if (error.isTransient && !path.endsWith('/logs') && !this.failing.has(path)) {
      this.failing.add(path);
      this.logger.warn(
        { path, status: error.status, reason: error.message },
        'the orchestrator does not answer; repeating',
      );
    }
    return error;
  }
}

function refusal(path: string, status: number, text: string, retryAfter: string | string[] | undefined): CallError {
  const error = readError(text);
  const seconds = typeof retryAfter === 'string' ? Number(retryAfter) : NaN;
  const message = `${path} was answered ${status}${error ? ` ${error.code}: ${error.message}` : ''}`;
  return new CallError(message, status, error?.code ?? null, Number.isFinite(seconds) ? seconds : null);
}

/** The error of the body; undefined if something else answered, a proxy for instance. */
function readError(text: string): ErrorBody['error'] | undefined {
  try {
    return (JSON.parse(text) as Partial<ErrorBody> | null)?.error;
  } catch {
    return undefined;
  }
}

/** @throws Error when a success is no JSON object: then it was not an orchestrator that answered */
function parseObject(text: string): object {
  const value = JSON.parse(text) as unknown;
  if (typeof value !== 'object' || value === null) throw new Error('the answer is not a JSON object');
  return value;
}
