import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Longer than a statement may take: whoever is still at it then will not get an answer. */
const DRAIN_MS = 12_000;
const LOOK_MS = 100;

/**
 * The connections of a server that is to close. Node waits for those that never asked anything, such as browsers open in advance, for
 * those that fell idle after it began to close, and for bodies that trickle in: nobody who stops a server wants to wait for them.
 */
export class OpenConnections {
  private readonly silent = new Set<Socket>();
  private isEnding = false;

  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      if (this.isEnding) return socket.destroy();
      this.silent.add(socket);
      socket.once('close', () => this.silent.delete(socket));
    });
    server.on('request', ({ socket }: { socket: Socket }) => this.silent.delete(socket));
  }

  /** To be called when the server begins to close. Requests under way may finish, within a limit. */
  end(): void {
    this.isEnding = true;
    for (const socket of this.silent) socket.destroy();
    const idle = setInterval(() => this.server.closeIdleConnections(), LOOK_MS);
    const all = setTimeout(() => this.server.closeAllConnections(), DRAIN_MS);
    this.server.once('close', () => {
      clearInterval(idle);
      clearTimeout(all);
    });
  }
}
