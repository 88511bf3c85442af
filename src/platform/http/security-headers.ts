import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { requestIdOf } from './request-id.js';

/** An answer of the API is data: should a browser show it as a page, nothing in it may run. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** Express middleware with the headers that every answer carries. A few fixed ones: this runs for every call of the API. */
export function commonHeaders(): RequestHandler {
  return (request, response, next) => {
    response.setHeader('x-request-id', requestIdOf(request));
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('content-security-policy', DATA_POLICY);
    response.setHeader('cache-control', 'no-store');
    next();
  };
}

/**
 * Express middleware for the pages that people open. Scripts come as files of this server only. Styles may stand in the page: the
 * dashboard's components measure and place themselves that way.
 * @param isPublicHttps whether browsers reach this server by https, and may be told to insist on it
 */
export function pageHeaders(isPublicHttps: boolean): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'", "'unsafe-inline'"],
        'img-src': ["'self'", 'data:'],
        'font-src': ["'self'"],
        'connect-src': ["'self'"],
        'manifest-src': ["'self'"],
        'form-action': ["'self'"],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
      },
    },
    strictTransportSecurity: isPublicHttps,
    // Browsers warn about it on plain http.
    crossOriginOpenerPolicy: isPublicHttps,
    originAgentCluster: isPublicHttps,
    xFrameOptions: { action: 'deny' },
  });
}
