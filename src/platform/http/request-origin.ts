import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../../config/config.js';

/**
 * Whether a browser sent this because a page of another site told it to. Browsers say where a request comes from; programs say nothing.
 * @param publicHost the host of PUBLIC_URL, which a proxy in between may have replaced in the request
 */
export function isForeign(request: IncomingMessage, publicHost: string | undefined): boolean {
  const { origin, host, 'sec-fetch-site': site } = request.headers;
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  if (origin === undefined) return false;
  const from = URL.canParse(origin) ? new URL(origin).host : '';
  return from === '' || (from !== host?.toLowerCase() && from !== publicHost);
}

/**
 * Whether the host that the caller asked for is this machine or the public one. A name that its owner has just pointed here (DNS
 * rebinding) is neither; a browser would hand that owner's page our answers.
 */
export function isOwnHost(request: IncomingMessage, publicHost: string | undefined): boolean {
  const { host } = request.headers;
  // HTTP/1.0 and raw sockets; no browser leaves it out.
  if (host === undefined) return true;
  if (host.toLowerCase() === publicHost) return true;
  if (host !== lastHost) [lastHost, isLastLocal] = [host, isLocal(host)];
  return isLastLocal;
}

/** The latest host and what it is: nearly every request asks for the same one, and reading a URL costs more than all else here. */
let lastHost: string | undefined;
let isLastLocal = false;

function isLocal(host: string): boolean {
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return isLoopback(hostname.replace(/^\[|\]$/g, '')) || hostname.endsWith('.localhost');
}
