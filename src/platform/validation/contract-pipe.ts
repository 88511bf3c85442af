import { createParamDecorator, Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import type { Request } from 'express';
import type { WireClass } from './compile-validator.js';
import { validateBody, validateText } from './validate.js';

/**
 * The global pipe, and the only way in: `@Body()`, `@Query()` and `@Param()` each take a whole wire class, which is checked here.
 * @throws Error when a handler asks for anything else, a single string say, since that would pass unchecked
 */
@Injectable()
export class ContractPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (type === 'custom') return value;
    return type === 'body'
      ? validateBody(metatype as WireClass, value)
      : validateText(metatype as WireClass, value as Record<string, unknown>);
  }
}

/** A body that may be one of several wire classes: `choose` looks at the unchecked body and names the class to check it by. */
export const OneOfBody = createParamDecorator((choose: (body: unknown) => WireClass, context) => {
  const body: unknown = context.switchToHttp().getRequest<Request>().body;
  return validateBody(choose(body), body);
});
