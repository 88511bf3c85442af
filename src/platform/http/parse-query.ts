import { DomainError } from '../errors/domain-error.js';

/**
 * The parameters of a query by name; a repeated one is a list. Stricter than Node's own: what is not percent-encoded UTF-8 would pass
 * there as other characters than were sent.
 * @throws DomainError `invalid_request` that names the parameter
 */
export function parseQuery(text: string | null): Record<string, string | string[]> {
  const parameters = Object.create(null) as Record<string, string | string[]>;
  for (const part of text?.split('&') ?? []) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const rawName = equals === -1 ? part : part.slice(0, equals);
    const name = decode(rawName, rawName);
    const value = equals === -1 ? '' : decode(part.slice(equals + 1), name);
    const known = parameters[name];
    if (known === undefined) parameters[name] = value;
    else if (Array.isArray(known)) known.push(value);
    else parameters[name] = [known, value];
  }
  return parameters;
}

function decode(text: string, name: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    const message = 'has broken percent-encoding';
    throw new DomainError('invalid_request', `The request is not valid: ${name} ${message}.`, {
      details: [{ field: name, message }],
      cause,
    });
  }
}
