import type { ValidationArguments } from 'class-validator';
import type { FieldError } from '../../contract/errors.js';
import type { Constraints } from './constraints.js';
import { isInstant } from './instant.js';

/**
 * Looks at one value. @returns what is wrong with the value itself; what is wrong inside it is added to `problems`, with paths that
 * start at the value
 */
export type Check = (value: unknown, problems: FieldError[]) => string | undefined;

/** One value as JSON, and as the text of a query or a path. */
export interface ValueCheck {
  check: Check;
  /** The value that a text stands for; the text itself when it stands for none, which `check` then refuses. */
  read: (text: string) => unknown;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const INTEGER_TEXT = /^-?(?:0|[1-9]\d{0,15})$/;
const NUMBER_TEXT = /^-?(?:0|[1-9]\d{0,15})(?:\.\d{1,15})?$/;

const asIs = (text: string): unknown => text;

/** The check for one value that is not a list, from what `@Field` declared; takes what it uses from the constraints. */
export function valueCheck(constraints: Constraints, nested: Check | undefined): ValueCheck {
  if (constraints.take('isString')) return { check: stringCheck(constraints), read: asIs };
  if (constraints.take('isInt')) {
    const check = numberCheck(constraints, 'an integer', Number.isSafeInteger);
    return { check, read: (text) => (INTEGER_TEXT.test(text) ? Number(text) : text) };
  }
  if (constraints.take('isNumber')) {
    const check = numberCheck(constraints, 'a number', Number.isFinite);
    return { check, read: (text) => (NUMBER_TEXT.test(text) ? Number(text) : text) };
  }
  if (constraints.take('isBoolean')) {
    const check = simple((value) => typeof value === 'boolean', 'must be true or false');
    return { check, read: (text) => (text === 'true' ? true : text === 'false' ? false : text) };
  }
  if (constraints.take('isUuid')) {
    // Ids are compared as text: two spellings of one id would be two ids.
    const check = simple((value) => typeof value === 'string' && UUID.test(value), 'must be a UUID in lower case');
    return { check, read: (text) => text.toLowerCase() };
  }
  if (constraints.take('isIso8601')) {
    const message = 'must be an ISO-8601 instant with its zone, as in 2026-01-31T12:00:00Z';
    return { check: simple((value) => typeof value === 'string' && isInstant(value), message), read: asIs };
  }
  return { check: otherCheck(constraints, nested), read: asIs };
}

function otherCheck(constraints: Constraints, nested: Check | undefined): Check {
  const isIn = constraints.take('isIn');
  if (isIn) {
    const values = isIn.constraints[0] as unknown[];
    const known = new Set(values);
    return simple((value) => known.has(value), `must be one of ${values.join(', ')}`);
  }
  const own = constraints.take('labels') ?? constraints.take('stringOrObject');
  constraints.take('isObject');
  const isNested = constraints.take('nestedValidation');
  if (isNested && !nested) throw new Error(`${constraints.owner} does not name its nested class`);
  const inner = isNested ? nested : undefined;
  if (!own) return inner ?? (() => undefined);
  const custom = new (own.constraintCls as new () => CustomConstraint)();
  const message = custom.defaultMessage();
  return (value, problems) => {
    if (!custom.validate(value)) return message;
    return inner && typeof value === 'object' ? inner(value, problems) : undefined;
  };
}

/** What class-validator makes of a validator given to `ValidateBy`. */
interface CustomConstraint {
  validate(value: unknown, args?: ValidationArguments): boolean;
  defaultMessage(args?: ValidationArguments): string;
}

function simple(accepts: (value: unknown) => boolean, message: string): Check {
  return (value) => (accepts(value) ? undefined : message);
}

function stringCheck(constraints: Constraints): Check {
  const min = constraints.number('minLength') ?? 0;
  const max = constraints.number('maxLength') ?? Infinity;
  const lengthMessage = `must have ${range(min || undefined, max)} characters`;
  const matches = constraints.take('matches');
  const pattern = matches?.constraints[0] as RegExp | undefined;
  const hint = typeof matches?.message === 'string' ? matches.message : `must match ${pattern?.source}`;
  return (value) => {
    if (typeof value !== 'string') return 'must be a string';
    if (value.length < min || value.length > max) return lengthMessage;
    return pattern === undefined || pattern.test(value) ? undefined : hint;
  };
}

function numberCheck(constraints: Constraints, noun: string, accepts: (value: unknown) => boolean): Check {
  const min = constraints.number('min') ?? -Infinity;
  const max = constraints.number('max') ?? Infinity;
  const message = `must be ${noun} ${range(min, max)}`.trimEnd();
  return (value) => (accepts(value) && (value as number) >= min && (value as number) <= max ? undefined : message);
}

/** Bounds in words; empty when there are none. */
export function range(min = -Infinity, max = Infinity): string {
  if (min === -Infinity) return max === Infinity ? '' : `at most ${max}`;
  return max === Infinity ? `at least ${min}` : `between ${min} and ${max}`;
}
