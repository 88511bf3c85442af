import { setTimeout as delay } from 'node:timers/promises';
import { HttpLine } from './http-line.mjs';

/** Registers workers that have nothing to do: each keeps one long poll parked and sends its heartbeats on a second connection. */
export async function startIdleWorkers(url, count) {
  const stopped = new AbortController();
  const lines = [];
  let polls = 0;
  let heartbeats = 0;
  const call = async (line, path, body) => {
    const { status, text } = await line.post(path, JSON.stringify(body));
    if (status >= 300) throw new Error(`${path} answered ${status}: ${text}`);
    return JSON.parse(text);
  };
  const failed = (error) => {
    if (!stopped.signal.aborted) throw error;
  };
  const run = async (index) => {
    const polling = new HttpLine(url);
    const beating = new HttpLine(url);
    lines.push(polling, beating);
    const { worker_id, heartbeat_seconds, poll_wait_seconds } = await call(beating, '/workers/register', {
      hostname: `idle-${index}`,
      concurrency: 1,
    });
    const poll = async () => {
      while (!stopped.signal.aborted) {
        await call(polling, '/jobs/next', {
          worker_id,
          limit: 1,
          wait_seconds: poll_wait_seconds,
          poll_id: crypto.randomUUID(),
        });
        polls++;
      }
    };
    const beat = async () => {
      await delay(Math.random() * heartbeat_seconds * 1000);
      while (!stopped.signal.aborted) {
        await call(beating, '/workers/heartbeat', { worker_id, running: [], free_slots: 1 });
        heartbeats++;
        await delay(heartbeat_seconds * 1000);
      }
    };
    poll().catch(failed);
    beat().catch(failed);
  };
  for (let i = 0; i < count; i += 50) {
    await Promise.all(Array.from({ length: Math.min(50, count - i) }, (_, n) => run(i + n)));
  }
  return {
    calls: () => ({ polls, heartbeats }),
    stop() {
      stopped.abort();
      for (const line of lines) line.close();
    },
  };
}
