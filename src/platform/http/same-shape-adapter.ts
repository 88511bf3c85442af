import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express } from 'express';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';

/**
 * Express on a server that makes its requests and responses with Express' prototypes from the start. Otherwise Express gives each of them
 * its prototype afterwards, and to the engine an object whose prototype was exchanged has a shape of its own: no code that touches it
 * can be optimised, and every field it gets costs a kilobyte of descriptions, which a parked poll then holds for as long as it waits.
 */
export class SameShapeAdapter extends ExpressAdapter {
  override initHttpServer(): void {
    const app = this.getInstance<Express>();
    class Request extends IncomingMessage {}
    class Response extends ServerResponse {}
    // What Express set up for this app stays in the chain, between these two and Node's own.
    Object.setPrototypeOf(Request.prototype, app.request);
    Object.setPrototypeOf(Response.prototype, app.response);
    app.request = Request.prototype as typeof app.request;
    app.response = Response.prototype as typeof app.response;
    this.httpServer = createServer({ IncomingMessage: Request, ServerResponse: Response }, app);
  }
}
