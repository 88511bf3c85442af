import type { FieldError } from '../../contract/errors.js';
import { DomainError } from '../errors/domain-error.js';
import {
  checkAt,
  compileValidator,
  MAX_PROBLEMS,
  unknownField,
  type FieldRule,
  type WireClass,
} from './compile-validator.js';

/**
 * A parsed body, checked and otherwise left as it came: no defaults, no conversion. `null` in an optional field means left out, and
 * becomes undefined.
 * @throws DomainError `invalid_request` that names every problem, up to 20
 */
export function validateBody<T extends object>(type: WireClass<T>, body: unknown): T {
  const problems: FieldError[] = [];
  const message = compileValidator(type).check(body, problems);
  if (message !== undefined) problems.push({ field: 'body', message });
  refuseAny(problems);
  return body as T;
}

/**
 * The parameters of a query or a path, which are text, as the values that the class declares. A list is a repeated key or commas. A
 * class with the static `allowKeyPrefix = 'payload.'` also takes keys that start so, and collects them in `payload` by what follows.
 * @throws DomainError `invalid_request` that names every problem, up to 20
 */
export function validateText<T extends object>(type: WireClass<T>, input: Record<string, unknown>): T {
  const { fields } = compileValidator(type);
  const prefix = 'allowKeyPrefix' in type && typeof type.allowKeyPrefix === 'string' ? type.allowKeyPrefix : undefined;
  const values: Record<string, unknown> = {};
  const collected: Record<string, string> = Object.create(null) as Record<string, string>;
  const problems: FieldError[] = [];
  for (const key of Object.keys(input)) {
    const texts = [input[key]].flat().map(String);
    const [text = ''] = texts;
    const rule = fields.get(key);
    if ([key, ...texts].some((each) => each.includes('\0')))
      problems.push({ field: key, message: 'holds the character NUL' });
    else if (texts.length > 1 && !rule?.isList) problems.push({ field: key, message: 'is given more than once' });
    else if (rule) readField(key, rule, texts, values, problems);
    else if (prefix && key.startsWith(prefix) && key !== prefix) collected[key.slice(prefix.length)] = text;
    else problems.push(unknownField(key, fields));
    if (problems.length >= MAX_PROBLEMS) break;
  }
  for (const [name, rule] of fields) {
    if (!rule.isOptional && input[name] === undefined) problems.push({ field: name, message: 'is required' });
  }
  refuseAny(problems);
  if (prefix && Object.keys(collected).length > 0) values[prefix.replace(/\.$/, '')] = collected;
  return values as T;
}

function readField(
  name: string,
  rule: FieldRule,
  texts: string[],
  values: Record<string, unknown>,
  problems: FieldError[],
): void {
  const [text = ''] = texts;
  values[name] = rule.isList ? texts.flatMap((list) => list.split(',')).map(rule.read) : rule.read(text);
  checkAt(name, rule.check, values[name], problems);
}

function refuseAny(problems: FieldError[]): void {
  const [first] = problems;
  if (!first) return;
  throw new DomainError('invalid_request', `The request is not valid: ${first.field} ${first.message}.`, {
    details: problems.slice(0, MAX_PROBLEMS),
  });
}
