import { Worker as Thread } from 'node:worker_threads';
import type { LeaseStatus, RegisteredWorker, WorkerState } from '../contract/worker.dto.js';
import { clock } from '../platform/clock.js';
import type { Logger } from '../platform/logger.js';
import type { Attempt } from './attempt.js';
import { SharedInstants, type FromHeartbeat, type ToHeartbeat } from './heartbeat-messages.js';

const RESTART_MS = 1_000;
/** The blind limit is raised in steps, so that a burst of short jobs does not write it each time. */
const BLIND_STEP_MS = 1_000;

interface HeartbeatOptions {
  url: string;
  apiKey: string | undefined;
  logger: Logger;
  /** All leases held, finished ones that are not yet acknowledged included. */
  held: () => Iterable<Attempt>;
  freeSlots: () => number;
  state: () => WorkerState;
  /** Attempts that must stop. */
  verdicts: (verdicts: LeaseStatus[]) => void;
  commands: (commands: string[]) => void;
  unknownWorker: (workerId: string) => void;
}

/** The main thread's end of the heartbeat: starts the thread that beats, tells it what is held, and passes on what it heard. */
export class Heartbeat {
  private readonly instants = new SharedInstants();
  private thread: Thread | undefined;
  private restart: NodeJS.Timeout | undefined;
  private registered: RegisteredWorker | undefined;
  private blindUntilMs = 0;
  private isStopped = false;

  constructor(private readonly options: HeartbeatOptions) {}

  /** When the last acknowledged renewal was sent; read from the thread itself, so it is true after a pause of this thread too. */
  get renewedAtMs(): number {
    return this.instants.renewedAtMs;
  }

  /** Starts the thread, or tells it of a new registration. */
  use(registered: RegisteredWorker): void {
    this.registered = registered;
    this.instants.renewedAtMs = clock.monotonicMs();
    if (!this.thread) return this.start();
    this.tell({
      kind: 'registered',
      workerId: registered.worker_id,
      heartbeatSeconds: registered.heartbeat_seconds,
      leaseSeconds: registered.lease_seconds,
    });
  }

  /** Beats now: the state has changed. */
  beat(): void {
    this.tell({ kind: 'beat' });
  }

  /** Lets the thread renew on its own until then, should this thread be too busy to answer it. */
  renewBlindUntil(instantMs: number): void {
    if (instantMs <= this.blindUntilMs) return;
    this.blindUntilMs = instantMs + BLIND_STEP_MS;
    this.instants.renewBlindUntilMs = this.blindUntilMs;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.restart);
    await this.thread?.terminate();
  }

  private start(): void {
    const { url, apiKey, logger } = this.options;
    const { worker_id, heartbeat_seconds, lease_seconds } = this.registered!;
    const thread = new Thread(new URL('./heartbeat-thread.js', import.meta.url), {
      name: 'heartbeat',
      workerData: {
        url,
        apiKey,
        workerId: worker_id,
        heartbeatSeconds: heartbeat_seconds,
        leaseSeconds: lease_seconds,
        shared: this.instants.buffer,
      },
    });
    this.thread = thread;
    thread.on('message', (message: FromHeartbeat) => this.receive(message));
    thread.on('error', (error) => logger.error({ err: error }, 'the heartbeat failed; starting it again'));
    thread.on('exit', () => {
      if (!this.isStopped) this.restart = setTimeout(() => this.start(), RESTART_MS);
    });
  }

  private receive(message: FromHeartbeat): void {
    switch (message.kind) {
      case 'which':
        return this.tellLeases(message.question);
      case 'answer':
        if (message.verdicts.length > 0) this.options.verdicts(message.verdicts);
        if (message.commands.length > 0) this.options.commands(message.commands);
        return;
      case 'unknown_worker':
        return this.options.unknownWorker(message.workerId);
      case 'log':
        return this.options.logger[message.level](message.fields, message.message);
    }
  }

  private tellLeases(question: number): void {
    const { held, freeSlots, state } = this.options;
    const running = Array.from(held(), leaseText);
    this.tell({ kind: 'leases', question, running, freeSlots: Math.min(1000, freeSlots()), state: state() });
  }

  private tell(message: ToHeartbeat): void {
    this.thread?.postMessage(message);
  }
}

/** The text of a `RunningLease`. */
function leaseText({ job, progress, message }: Attempt): string {
  let text = `{"job_id":"${job.id}","attempt":${job.attempt},"lease_token":"${job.lease_token}"`;
  if (progress !== undefined) text += `,"progress":${progress}`;
  if (message !== undefined) text += `,"message":${JSON.stringify(message)}`;
  return `${text}}`;
}
