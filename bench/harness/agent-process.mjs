import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { end } from './servers.mjs';

const AGENT = fileURLToPath(new URL('agent.mjs', import.meta.url));

/**
 * For every Node process here, of all systems: a young generation of up to 64 MB instead of 16, as processes that make many short-lived
 * objects are usually run. The Dockerfile of this project sets the same.
 */
export const NODE_ENVIRONMENT = { NODE_ENV: 'production', NODE_OPTIONS: '--max-semi-space-size=64' };

/** The Node of the npm package `node`, for peers that need a newer one than this. */
function newerNode() {
  const program = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin/node');
  if (!existsSync(program))
    throw new Error('the npm package node has no program: run npm install in bench/ with scripts allowed');
  return program;
}

/** A child process that counts the jobs it executes: an agent, or a worker of ours. */
export class CountingProcess {
  handled = 0;
  latencies = [];
  onProgress = () => undefined;

  constructor(child, name) {
    this.child = child;
    this.name = name;
    this.pid = child.pid;
    this.calls = new Map();
    this.said = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (text) => (this.said = (this.said + text).slice(-8000)));
    child.on('message', (message) => this.receive(message));
    this.gone = new Promise((resolve) => child.once('exit', resolve));
    child.once('exit', (code, signal) => {
      const error = new Error(`${name} ended (${signal ?? code}): ${this.said}`);
      for (const { reject } of this.calls.values()) reject(error);
    });
  }

  receive(message) {
    if (message.handled !== undefined) {
      this.handled = message.handled;
      for (const latency of message.latencies) this.latencies.push(latency);
      this.onProgress();
    } else if (message.id !== undefined) {
      const { resolve, reject } = this.calls.get(message.id);
      this.calls.delete(message.id);
      if (message.error !== undefined) reject(new Error(`${this.name}: ${message.error}`));
      else resolve(message.result);
    }
  }

  stop(signal) {
    return end(this.child, signal);
  }
}

/** A process that runs agent.mjs for one system. */
export class AgentProcess extends CountingProcess {
  static async start(system, role) {
    const child = fork(AGENT, [system.url], {
      execPath: system.needsNewerNode ? newerNode() : process.execPath,
      execArgv: [],
      env: { ...process.env, ...NODE_ENVIRONMENT, ...system.environment?.() },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const agent = new AgentProcess(child, `${system.name} ${role}`);
    await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', () => reject(new Error(`${agent.name} did not start: ${agent.said}`)));
    });
    return agent;
  }

  call(method, ...args) {
    const id = Math.random();
    return new Promise((resolve, reject) => {
      this.calls.set(id, { resolve, reject });
      this.child.send({ id, method, args });
    });
  }

  tellHandled(handledByAll) {
    if (this.child.connected) this.child.send({ handledByAll });
  }

  async stop() {
    await Promise.race([
      this.call('stop').catch(() => undefined),
      this.gone,
      new Promise((resolve) => setTimeout(resolve, 15_000).unref()),
    ]);
    await super.stop();
  }
}
