import { once } from 'node:events';
import { connect } from 'node:net';
import type { Client } from 'pg';

/** What PostgreSQL's protocol calls the cancel request: 1234 and 5678 in its two halves. */
const CANCEL_REQUEST = 80_877_102;
const LIMIT_MS = 2000;

/** What the driver knows of a session and its types leave out. */
type Session = Pick<Client, 'host' | 'port'> & { processID: number; secretKey: number };

/**
 * Asks the server to give up what the connection's session does. Over a socket of its own, as the protocol has it: no other session is
 * needed. Resolves when the server has seen it, or it could not be sent; whether a statement was hit is told by that statement's end.
 */
export async function cancelStatement(client: Client): Promise<void> {
  const { host, port, processID, secretKey } = client as unknown as Session;
  const message = Buffer.alloc(16);
  [message.length, CANCEL_REQUEST, processID, secretKey].forEach((value, index) =>
    message.writeInt32BE(value, index * 4),
  );
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
  socket.setTimeout(LIMIT_MS, () => socket.destroy());
  // The server answers nothing: it hangs up when it has passed the request on.
  socket.on('error', () => undefined).resume();
  socket.end(message);
  await once(socket, 'close').catch(() => undefined);
}
