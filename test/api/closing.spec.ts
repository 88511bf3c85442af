import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { TestOrchestrator } from '../support/orchestrator.js';

/** Many requests in each test, on a machine that may be busy. */

let orchestrator: TestOrchestrator;

beforeEach(async () => {
  orchestrator = await TestOrchestrator.start('postgres');
});

/** A connection to the orchestrator that has sent these bytes. */
async function connection(bytes = ''): Promise<Socket> {
  const { hostname, port } = new URL(orchestrator.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (bytes) socket.write(bytes);
  return socket;
}

/** Whether it stops long before any connection would time out. */
async function stopsSoon(): Promise<boolean> {
  const limit = new AbortController();
  const stopped = orchestrator.stop().then(() => true);
  const isSoon = await Promise.race([stopped, delay(10_000, false, { signal: limit.signal })]);
  limit.abort();
  return isSoon;
}

describe('an orchestrator that stops', () => {
  it('does not wait for connections that never asked anything, nor for half a head', async () => {
    const sockets = [await connection(), await connection('GET /jobs HTTP/1.1\r\nhost: loc')];
    await orchestrator.get('/health/live');
    expect(await stopsSoon()).toBe(true);
    sockets.forEach((socket) => socket.destroy());
  });

  it('answers what is under way, and does not wait for another request on that connection', async () => {
    const job = await orchestrator.submit();
    const lock = await orchestrator.holding('SELECT id FROM jobs WHERE id = $1 FOR UPDATE', [job.id]);
    const socket = await connection(`POST /jobs/${job.id}/cancel HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    const answered = once(socket, 'close');
    await orchestrator.get('/health/live');
    const stopping = stopsSoon();
    await lock.release();
    expect(await stopping).toBe(true);
    await answered;
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });
});
