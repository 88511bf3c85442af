import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { clock } from '../platform/clock.js';
import { random } from '../platform/random.js';
import { SharedInstants, type FromHeartbeat, type HeartbeatStart, type ToHeartbeat } from './heartbeat-messages.js';
import { CallError, OrchestratorClient } from './orchestrator-client.js';
import { ProcessUsage } from './process-usage.js';

/*
 * The heartbeat of a worker, in a thread with connections of its own: a handler that keeps the main thread busy can't starve it.
 * Before each beat it asks the main thread which leases it holds. While that one does not answer, the beat names none, which renews
 * all of the worker's leases, until the last time limit (and its grace) of what was running has passed; then it renews nothing more.
 */

const MOST_LEASES_PER_CALL = 1000;
const LONGEST_CALL_MS = 5_000;
/** How long the main thread may take to answer before it counts as busy. */
const PATIENCE_MS = 500;
/** After a failed beat, so that a lease of 15 s sees several tries. */
const REPEAT_MS = 1_000;

type Leases = Extract<ToHeartbeat, { kind: 'leases' }>;

const start = workerData as HeartbeatStart;
const port = parentPort!;
const instants = new SharedInstants(start.shared);
const usage = new ProcessUsage();
const client = new OrchestratorClient(start.url, start.apiKey, {
  info: (fields: object, message: string) => tell({ kind: 'log', level: 'info', fields, message }),
  warn: (fields: object, message: string) => tell({ kind: 'log', level: 'warn', fields, message }),
} as ConstructorParameters<typeof OrchestratorClient>[2]);

let { workerId, heartbeatSeconds, leaseSeconds } = start;
let question = 0;
let heard: ((leases: Leases) => void) | undefined;
let pause = new AbortController();
let isRefused = false;

port.on('message', (message: ToHeartbeat) => {
  if (message.kind === 'stop') process.exit();
  if (message.kind === 'beat') pause.abort();
  if (message.kind === 'leases' && message.question === question) heard?.(message);
  if (message.kind === 'registered') {
    ({ workerId, heartbeatSeconds, leaseSeconds } = message);
    pause.abort();
  }
});

for (;;) {
  const startedAt = clock.monotonicMs();
  const everyMs = (await beat()) ? heartbeatSeconds * 1000 : Math.min(heartbeatSeconds * 1000, REPEAT_MS);
  const restMs = everyMs * (0.95 + random.fraction() / 10) - (clock.monotonicMs() - startedAt);
  pause = new AbortController();
  await delay(Math.max(restMs, 20), undefined, { signal: pause.signal }).catch(() => undefined);
}

/** @returns whether it was acknowledged */
async function beat(): Promise<boolean> {
  const leases = await askMainThread();
  const sentAtMs = clock.monotonicMs();
  const isRenewal = leases !== undefined || sentAtMs < instants.renewBlindUntilMs;
  const id = workerId;
  try {
    for (const body of leases ? bodiesOf(leases) : [blindBody(isRenewal)]) {
      const answer = await client.heartbeat(body, Math.min(LONGEST_CALL_MS, leaseSeconds * 333));
      const verdicts = answer.leases.filter(({ verdict }) => verdict !== 'ok');
      if (verdicts.length > 0 || answer.commands.length > 0)
        tell({ kind: 'answer', verdicts, commands: answer.commands });
    }
    if (isRenewal) instants.renewedAtMs = sentAtMs;
    isRefused = false;
    return true;
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    if (error.isUnknownWorker) tell({ kind: 'unknown_worker', workerId: id });
    else if (!error.isTransient) tellRefused(error);
    // No lease ends while the database is away, and an orchestrator says so: that is as good as a renewal.
    if (error.code === 'database_unavailable' && isRenewal) instants.renewedAtMs = sentAtMs;
    return false;
  }
}

/** @returns undefined when the main thread is busy */
async function askMainThread(): Promise<Leases | undefined> {
  question++;
  const answered = new Promise<Leases>((resolve) => (heard = resolve));
  tell({ kind: 'which', question });
  return Promise.race([answered, delay(PATIENCE_MS, undefined, { ref: false })]);
}

function bodiesOf({ running, freeSlots, state }: Leases): string[] {
  const tail = `],"free_slots":${freeSlots},"state":"${state}"${usage.text()}}`;
  const texts: string[] = [];
  for (let from = 0; from === 0 || from < running.length; from += MOST_LEASES_PER_CALL) {
    texts.push(
      `{"worker_id":"${workerId}","running":[${running.slice(from, from + MOST_LEASES_PER_CALL).join(',')}${tail}`,
    );
  }
  return texts;
}

/** Without `running` all leases are renewed, with an empty list none: then it only says that this process lives. */
function blindBody(isRenewal: boolean): string {
  return `{"worker_id":"${workerId}"${isRenewal ? '' : ',"running":[]'}${usage.text()}}`;
}

function tellRefused(error: CallError): void {
  if (isRefused) return;
  isRefused = true;
  tell({
    kind: 'log',
    level: 'warn',
    fields: { reason: error.message },
    message: 'the orchestrator refuses heartbeats; repeating',
  });
}

function tell(message: FromHeartbeat): void {
  port.postMessage(message);
}
