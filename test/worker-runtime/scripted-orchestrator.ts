import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import type { AppendLogs, NextJobs, Report, ReportBatch } from '../../src/contract/lease.dto.js';
import type { Heartbeat, LeaseStatus, RegisterWorker } from '../../src/contract/worker.dto.js';

export interface JobInput {
  type: string;
  payload?: unknown;
  /** The payload's JSON, where it matters to the letter. */
  payloadText?: string;
  timeout_seconds?: number;
}

interface Intervals {
  heartbeat_seconds: number;
  lease_seconds: number;
  poll_wait_seconds: number;
}

interface Parked {
  limit: number;
  answer: (text: string) => void;
}

export interface Refusal {
  status: number;
  code: string;
}

/**
 * Speaks the worker protocol and does what a test scripts: it hands out the queued jobs, and writes down all it is told. It keeps no
 * leases; verdicts are the test's to choose.
 */
export class ScriptedOrchestrator {
  readonly registrations: RegisterWorker[] = [];
  readonly heartbeats: (Heartbeat & { atMs: number })[] = [];
  readonly polls: NextJobs[] = [];
  readonly reportCalls: ReportBatch[] = [];
  readonly logs: (AppendLogs & { job_id: string })[] = [];
  /** The first report of each job that was acknowledged. */
  readonly reports = new Map<string, Report>();
  /** Jobs handed out and not reported. */
  readonly out = new Set<string>();
  mostOut = 0;
  /** How calls of a path are refused, for as long as it stands here. */
  readonly refuse = new Map<string, Refusal | 'hang' | ((body: never) => Refusal | undefined)>();
  verdicts: (heartbeat: Heartbeat) => LeaseStatus[] = () => [];
  reportVerdict: (report: Report) => { verdict: string; message?: string } = () => ({ verdict: 'accepted' });
  commands: string[] = [];
  workerId = randomUUID();
  private readonly queue: { id: string; text: string }[] = [];
  private parked: Parked | undefined;
  private server: Server | undefined;
  private port = 0;

  constructor(readonly intervals: Intervals = { heartbeat_seconds: 0.2, lease_seconds: 3, poll_wait_seconds: 2 }) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** A port that stays this one's over a stop and a new start. */
  async start(port = this.port): Promise<void> {
    this.server = createServer((request, response) => void this.serve(request, response));
    this.server.keepAliveTimeout = 75_000;
    await new Promise<void>((resolve) => this.server!.listen(port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.parked = undefined;
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve) ?? resolve(undefined));
  }

  /** @returns the ids */
  submit(...jobs: JobInput[]): string[] {
    const added = jobs.map((job) => leased(job, this.intervals.lease_seconds));
    this.queue.push(...added);
    this.handOut();
    return added.map(({ id }) => id);
  }

  private handOut(): void {
    if (!this.parked || this.queue.length === 0) return;
    const { limit, answer } = this.parked;
    this.parked = undefined;
    answer(`{"jobs":${this.take(limit)}}`);
  }

  private take(limit: number): string {
    const jobs = this.queue.splice(0, limit);
    for (const { id } of jobs) this.out.add(id);
    this.mostOut = Math.max(this.mostOut, this.out.size);
    return `[${jobs.map(({ text }) => text).join(',')}]`;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as never;
    const path = request.url!;
    const rule = this.refuse.get(path);
    const refusal = typeof rule === 'function' ? rule(body) : rule;
    const answer = (text: string, status = 200) => {
      if (!response.destroyed) response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    };
    if (path === '/workers/heartbeat') this.heartbeats.push(Object.assign(body, { atMs: performance.now() }));
    if (refusal === 'hang') return;
    if (refusal) {
      return answer(
        JSON.stringify({ error: { code: refusal.code, message: 'scripted', request_id: 'r' } }),
        refusal.status,
      );
    }
    if (path === '/workers/register') return answer(this.register(body), 201);
    if (path === '/workers/heartbeat') return answer(this.heartbeat(body));
    if (path === '/jobs/next') return this.next(body, response, answer);
    if (path === '/jobs/report') return answer(this.report(body));
    this.logs.push(Object.assign({ job_id: path.split('/')[2]! }, body));
    answer('{"accepted":1,"is_full":false}');
  }

  private register(body: RegisterWorker): string {
    this.registrations.push(body);
    return JSON.stringify({ worker_id: this.workerId, ...this.intervals });
  }

  private heartbeat(body: Heartbeat): string {
    const commands = this.commands.splice(0);
    return JSON.stringify({ status: 'ONLINE', leases: this.verdicts(body), unlisted: [], commands });
  }

  private next(body: NextJobs, response: ServerResponse, answer: (text: string) => void): void {
    this.polls.push(body);
    const parked: Parked = { limit: body.limit ?? 1, answer };
    this.parked = parked;
    const end = setTimeout(
      () => {
        if (this.parked !== parked) return;
        this.parked = undefined;
        answer('{"jobs":[]}');
      },
      (body.wait_seconds ?? 0) * 1000,
    );
    response.on('close', () => {
      clearTimeout(end);
      if (this.parked === parked) this.parked = undefined;
    });
    this.handOut();
  }

  private report(body: ReportBatch): string {
    this.reportCalls.push(body);
    const results = body.reports.map((report) => {
      const answer = this.reportVerdict(report);
      if (answer.verdict === 'accepted') {
        this.out.delete(report.job_id);
        if (!this.reports.has(report.job_id)) this.reports.set(report.job_id, report);
      }
      return { job_id: report.job_id, attempt: report.attempt, ...answer };
    });
    const jobs = body.next ? this.take(body.next.limit) : '[]';
    return `{"results":${JSON.stringify(results)},"jobs":${jobs}}`;
  }
}

function leased(
  { type, payload = null, payloadText = JSON.stringify(payload), timeout_seconds = 30 }: JobInput,
  lease: number,
) {
  const id = randomUUID();
  const text =
    `{"id":"${id}","type":"${type}","queue":"${type}","payload":${payloadText},"attempt":1,"lease_token":"${randomUUID()}",` +
    `"timeout_seconds":${timeout_seconds},"lease_seconds":${lease},"retry_count":0,"max_retries":3,"priority":0,"metadata":{},` +
    `"created_at":"2026-01-01T00:00:00.000Z"}`;
  return { id, text };
}
