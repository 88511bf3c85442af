import { getMetadataStorage } from 'class-validator';
import type { FieldError } from '../../contract/errors.js';
import { nestedTypeOf } from '../../contract/field.js';
import { Constraints } from './constraints.js';
import { range, valueCheck, type Check, type ValueCheck } from './field-check.js';

export type WireClass<T extends object = object> = new () => T;

/** What is checked of one property. */
export interface FieldRule extends ValueCheck {
  isOptional: boolean;
  isList: boolean;
}

/** A wire class, ready to check values with. */
export interface CompiledClass {
  fields: ReadonlyMap<string, FieldRule>;
  /** Checks a whole object; unknown fields are problems too. */
  check: Check;
}

/** An answer naming more than these helps nobody. */
export const MAX_PROBLEMS = 20;

const compiled = new Map<WireClass, CompiledClass>();

/**
 * Compiles, once, what `@Field` declared on a class and on the classes nested in it.
 * @throws Error for a class without fields, or with a decorator that has no check here
 */
export function compileValidator(type: WireClass): CompiledClass {
  const known = compiled.get(type);
  if (known) return known;
  const fields = new Map<string, FieldRule>();
  const required: string[] = [];
  const validator = { fields, check: objectCheck(fields, required) };
  // Before its fields: a class may nest itself.
  compiled.set(type, validator);
  try {
    for (const [name, rule] of fieldRules(type)) {
      fields.set(name, rule);
      if (!rule.isOptional) required.push(name);
    }
  } catch (error) {
    compiled.delete(type);
    throw error;
  }
  return validator;
}

function* fieldRules(type: WireClass): Generator<[string, FieldRule]> {
  const storage = getMetadataStorage();
  const byName = storage.groupByPropertyName(storage.getTargetValidationMetadatas(type, '', false, false));
  const names = Object.keys(byName);
  if (names.length === 0) throw new Error(`${type.name} declares no @Field`);
  for (const name of names) {
    const metadata = byName[name] ?? [];
    const owner = `${type.name}.${name}`;
    const own = new Constraints(
      owner,
      metadata.filter((constraint) => !constraint.each),
    );
    const ofItems = new Constraints(
      owner,
      metadata.filter((constraint) => constraint.each),
    );
    const nestedType = nestedTypeOf(type, name);
    const nested = nestedType && compileValidator(nestedType()).check;
    const isOptional = own.take('isOptional') !== undefined;
    // Allow(): the field is known and may hold anything.
    own.take('whitelistValidation');
    const isList = own.take('isArray') !== undefined;
    const item = valueCheck(isList ? ofItems : own, nested);
    const check = isList ? listCheck(own, item.check) : item.check;
    own.assertAllTaken();
    ofItems.assertAllTaken();
    yield [name, { isOptional, isList, check, read: item.read }];
  }
}

function objectCheck(fields: ReadonlyMap<string, FieldRule>, required: readonly string[]): Check {
  return (value, problems) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object';
    const object = value as Record<string, unknown>;
    for (const key in object) {
      const rule = fields.get(key);
      if (rule === undefined) problems.push(unknownField(key, fields));
      // So that defaults apply, which take the place of undefined only.
      else if (object[key] === null) object[key] = undefined;
      else checkAt(key, rule.check, object[key], problems);
      if (problems.length >= MAX_PROBLEMS) return undefined;
    }
    requireFields(object, required, problems);
    return undefined;
  };
}

function listCheck(constraints: Constraints, item: Check): Check {
  const min = constraints.number('arrayMinSize') ?? 0;
  const max = constraints.number('arrayMaxSize') ?? Infinity;
  const sizeMessage = `must have ${range(min || undefined, max)} items`;
  return (value, problems) => {
    if (!Array.isArray(value)) return 'must be a list';
    if (value.length < min || value.length > max) return sizeMessage;
    for (let index = 0; index < value.length && problems.length < MAX_PROBLEMS; index++) {
      checkAt(index, item, value[index], problems);
    }
    return undefined;
  };
}

/** Checks the value at one step of the path. Paths are put together only when there is a problem. */
export function checkAt(step: string | number, check: Check, value: unknown, problems: FieldError[]): void {
  const before = problems.length;
  const message = check(value, problems);
  if (message === undefined && problems.length === before) return;
  const here = typeof step === 'number' ? `[${step}]` : step;
  if (message !== undefined) problems.push({ field: here, message });
  else {
    for (const problem of problems.slice(before)) {
      problem.field = problem.field.startsWith('[') ? here + problem.field : `${here}.${problem.field}`;
    }
  }
}

function requireFields(object: Record<string, unknown>, required: readonly string[], problems: FieldError[]): void {
  for (const name of required) {
    if (object[name] === undefined) problems.push({ field: name, message: 'is required' });
  }
}

/** Names the field that was probably meant: `maxRetries` for `max_retries`. */
export function unknownField(key: string, fields: ReadonlyMap<string, FieldRule>): FieldError {
  const bare = (name: string) => name.replaceAll(/[_-]/g, '').toLowerCase();
  const meant = [...fields.keys()].find((name) => bare(name) === bare(key));
  const shown = key.length > 100 ? `${key.slice(0, 100)}…` : key;
  return { field: shown, message: `is not a known field${meant ? `; did you mean ${meant}?` : ''}` };
}
