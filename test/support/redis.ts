import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { freePort } from '../../src/platform/embedded-postgres/free-port.js';
import { tempFolder } from './temp-folder.js';
import { until } from './until.js';

const MISSING = 'The tests need redis-server on the PATH (on Debian: sudo apt-get install -y redis-server)';
const START_DEADLINE_MS = 10_000;

/** A redis-server of one's own, to kill, to pause and to start again on the same port. Without persistence, but for a SAVE. */
export class RedisServer {
  private running: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly options: string[],
  ) {}

  static async open(options: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), tempFolder('redis'), options);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  private get process(): ChildProcess {
    if (this.running === undefined) throw new Error('this Redis does not run');
    return this.running;
  }

  get pid(): number {
    return this.process.pid!;
  }

  async start(): Promise<void> {
    const fixed = [
      '--port',
      `${this.port}`,
      '--bind',
      '127.0.0.1',
      '--dir',
      this.folder,
      '--save',
      '',
      '--daemonize',
      'no',
    ];
    const child = spawn('redis-server', [...fixed, ...this.options], { stdio: 'ignore' });
    this.running = child;
    let failure: Error | undefined;
    child.once('error', (cause) => (failure = new Error(MISSING, { cause })));
    await until(async () => {
      if (failure || child.exitCode !== null) return true;
      return answersPing(this.port);
    }, START_DEADLINE_MS);
    if (failure) throw failure;
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
  }

  /** As a crash: SIGKILL. `start` brings it back on the same port, with what was last saved. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** It keeps its connections and answers nothing until `resume`. */
  pause(): void {
    this.process.kill('SIGSTOP');
  }

  resume(): void {
    this.process.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    await this.end('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.running;
    this.running = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }
}

/** @param options further arguments of redis-server */
export function startRedis(...options: string[]): Promise<RedisServer> {
  return RedisServer.open(options);
}

/** The Redis all tests share, for those that need one and do it no harm: take a key prefix of your own. */
export function sharedRedisUrl(): string {
  const url = process.env['TEST_REDIS_URL'];
  if (url === undefined) throw new Error('globalSetup has not started Redis');
  return url;
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.setTimeout(500, () => socket.destroy());
    socket.on('data', (data) => {
      socket.destroy();
      resolve(data.toString().startsWith('+PONG'));
    });
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
  });
}
