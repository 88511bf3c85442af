/*
 * Not a queue: the yardstick of the single enqueue. A Nest application on Express with one POST route, a DTO with the same fields and
 * the ValidationPipe; it answers at once and stores nothing.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CountingProcess, NODE_ENVIRONMENT } from '../harness/agent-process.mjs';
import { payload } from '../harness/payload.mjs';
import { freePort, until } from '../harness/servers.mjs';
import { repeatRequest } from '../load/http-line.mjs';

const SERVER = fileURLToPath(new URL('../yardstick/empty-nest-server.mjs', import.meta.url));

export default {
  name: 'empty Nest',
  package: '@nestjs/core',
  url: import.meta.url,
  store: 'none',
  keeps: 'nothing: it stores nothing',
  isYardstick: true,
  settings: () => ({}),
  async prepare() {},
  async startServers(env) {
    const port = await freePort();
    env.yardstickUrl = `http://127.0.0.1:${port}`;
    const child = fork(SERVER, [], {
      env: { PATH: process.env.PATH, ...NODE_ENVIRONMENT, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const server = new CountingProcess(child, 'empty Nest');
    await until(() => fetch(`${env.yardstickUrl}/`, { method: 'HEAD' }));
    return { orchestrator: server };
  },
  async openClient({ yardstickUrl }) {
    return {
      singleEnqueue: (count, lines) =>
        repeatRequest(yardstickUrl, {
          path: '/jobs',
          body: JSON.stringify({ type: 'noop', payload: payload() }),
          count,
          lines,
          status: 201,
        }),
      remaining: () => null,
      finished: () => null,
      close: () => undefined,
    };
  },
};
