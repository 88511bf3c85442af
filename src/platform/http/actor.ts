import type { IncomingMessage } from 'node:http';
import { createParamDecorator } from '@nestjs/common';
import { callerOf } from './caller.js';

/** Who calls, for the record of what was done by whom: the name of the API key, `dashboard`, or null where no key is asked for. */
export const Actor = createParamDecorator((_data: unknown, context): string | null => {
  return callerOf(context.switchToHttp().getRequest<IncomingMessage>())?.actor ?? null;
});
