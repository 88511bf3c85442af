import { isSafeNumber, LosslessNumber, parse, stringify } from 'lossless-json';

/** Numbers that a double holds exactly become numbers; all others keep their digits as a LosslessNumber. */
function parseNumber(digits: string): number | LosslessNumber {
  return isSafeNumber(digits) ? Number(digits) : new LosslessNumber(digits);
}

/** JSON text as a value in which no number loses a digit. Throws SyntaxError. */
export function parseJson(text: string): unknown {
  return parse(text, null, parseNumber);
}

/** A value as JSON text; the counterpart of `parseJson`. */
export function stringifyJson(value: unknown, space?: number): string {
  return stringify(value, null, space) ?? 'null';
}
