import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * `half-open`: nothing comes through in either direction and nobody is told, as when a firewall forgets a connection.
 * `drop-replies`: requests arrive, answers do not.
 */
export type LinkFault = 'half-open' | 'drop-replies';

interface Pipe {
  client: Socket;
  server: Socket | undefined;
  /** Stays for the life of the connection: bytes that were lost in the middle of a stream can't come back. */
  fault: LinkFault | undefined;
}

const LOCALHOST = '127.0.0.1';

/** The network between one process and one service: a TCP proxy that can be slow, cut, half open, or lose the answers. */
export class Link {
  private readonly server: Server;
  private readonly pipes = new Set<Pipe>();
  private fault: LinkFault | undefined;
  /** Added to each piece of data in each direction. */
  delayMs = 0;

  private constructor(
    readonly name: string,
    private readonly targets: () => readonly number[],
  ) {
    this.server = createServer({ allowHalfOpen: false }, (client) => void this.accept(client));
  }

  /** @param targets ports of the service, the one to try first at the front */
  static async open(name: string, targets: () => readonly number[]): Promise<Link> {
    const link = new Link(name, targets);
    link.server.listen(0, LOCALHOST);
    await once(link.server, 'listening');
    return link;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Breaks the connections that there are, and those to come until `heal`. */
  break(fault: LinkFault): void {
    this.fault = fault;
    for (const pipe of this.pipes) pipe.fault = fault;
  }

  /**
   * Connections made from now on are well again. Those that were broken stay so until their ends give them up, as when nobody remembers
   * them, or get a reset, as when somebody answers that he does not.
   */
  heal(broken: 'stay' | 'reset' = 'stay'): void {
    this.fault = undefined;
    this.delayMs = 0;
    if (broken === 'reset') for (const pipe of this.pipes) if (pipe.fault) close(pipe);
  }

  /** Both ends of every connection get a reset. */
  reset(): void {
    for (const pipe of this.pipes) close(pipe);
  }

  /** Resets connections to one of several servers, as a balancer does with one that it takes out of service. */
  resetTo(port: number): void {
    for (const pipe of this.pipes) if (pipe.server?.remotePort === port) close(pipe);
  }

  async close(): Promise<void> {
    this.reset();
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
  }

  private async accept(client: Socket): Promise<void> {
    const pipe: Pipe = { client, server: undefined, fault: this.fault };
    this.pipes.add(pipe);
    client.setNoDelay(true);
    client.once('close', () => this.forget(pipe));
    client.on('error', () => undefined);
    // What arrives before the server is connected waits in the socket.
    client.pause();
    if (pipe.fault === 'half-open') return void client.resume();
    const server = await this.connect();
    if (!server || client.destroyed) {
      server?.destroy();
      return void client.resetAndDestroy();
    }
    pipe.server = server;
    server.setNoDelay(true);
    server.on('error', () => undefined);
    server.once('close', () => this.forget(pipe));
    client.on('data', (data) => pipe.fault !== 'half-open' && this.pass(data, server));
    server.on('data', (data) => pipe.fault === undefined && this.pass(data, client));
    client.resume();
  }

  private async connect(): Promise<Socket | undefined> {
    for (const port of this.targets()) {
      const socket = connect(port, LOCALHOST);
      const isConnected = await new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(true));
        socket.once('error', () => resolve(false));
      });
      if (isConnected) return socket;
    }
    return undefined;
  }

  private pass(data: Buffer, to: Socket): void {
    const send = () => void (to.writable && to.write(data));
    // Timers of one length fire in the order in which they were set, so the bytes stay in theirs.
    if (this.delayMs > 0) setTimeout(send, this.delayMs);
    else send();
  }

  /** One end is gone: the other hears of it, unless the link is half open. */
  private forget(pipe: Pipe): void {
    if (pipe.fault !== undefined && !pipe.client.destroyed) return;
    this.pipes.delete(pipe);
    close(pipe);
  }
}

function close({ client, server }: Pipe): void {
  for (const socket of [client, server]) if (socket && !socket.destroyed) socket.resetAndDestroy();
}
