import type { ErrorCode } from '../../contract/errors.js';
import { DomainError } from '../errors/domain-error.js';
import { JsonText } from './json-text.js';
import type { JsonLimits } from './json-limits.js';

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LOWER_E = 0x65;
const LOWER_U = 0x75;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** jsonb writes numbers out: a short text such as `1e100000` would become 100 kB of digits. What is below counts as its digits do. */
const MAX_EXPONENT = 400;
const MAX_NUMBER_LENGTH = 1000;

/** The lists whose items may hold raw values, as the root object may. */
const RAW_LISTS: ReadonlySet<unknown> = new Set(['jobs', 'reports']);

/**
 * Reads one JSON text in a single pass. Recursion is bounded by the depth limit. A raw value is checked by the same rules as any
 * other; only its text is kept, and scalars inside are not built.
 */
export class JsonReader {
  private readonly text: string;
  private readonly limits: JsonLimits;
  private readonly path: (string | number)[] = [];
  private at = 0;
  private depth = 0;
  private depthLimit: number;
  /** The depth of the object that holds the raw value being read; 0 outside raw values. */
  private rawDepth = 0;
  /** How many digits the numbers of the raw value being read have beyond what is written, once their exponents are written out. */
  private impliedDigits = 0;

  constructor(text: string, limits: JsonLimits) {
    this.text = text;
    this.limits = limits;
    this.depthLimit = limits.maxDepth;
  }

  read(): unknown {
    const value = this.value();
    this.skipSpace();
    if (this.at < this.text.length) this.fail('something follows the end of the value');
    return value;
  }

  private value(): unknown {
    const code = this.skipSpace();
    if (code === QUOTE) {
      if (this.rawDepth === 0) return this.string();
      this.skipString();
      return undefined;
    }
    if (code === OPEN_BRACE) return this.object();
    if (code === OPEN_BRACKET) return this.array();
    if (code === MINUS || (code >= ZERO && code <= NINE)) return this.number();
    if (this.skipWord('true')) return true;
    if (this.skipWord('false')) return false;
    if (this.skipWord('null')) return null;
    return this.fail('a value is expected');
  }

  private object(): Record<string, unknown> {
    const fields: Record<string, unknown> = {};
    this.enter();
    const mayHoldRaw = this.mayHoldRaw();
    let code = this.skipSpace();
    if (code === CLOSE_BRACE) return this.leave(fields);
    for (;;) {
      if (code !== QUOTE) this.fail('a key in double quotes is expected');
      const key = this.key(fields);
      const limit = mayHoldRaw && Object.hasOwn(this.limits.rawBytes, key) ? this.limits.rawBytes[key] : undefined;
      const value = limit === undefined ? this.value() : this.rawValue(key, limit);
      if (this.rawDepth > 0) remember(fields, key);
      else fields[key] = value;
      code = this.skipSpace();
      if (code === CLOSE_BRACE) return this.leave(fields);
      if (code !== COMMA) this.fail('a comma or } is expected');
      this.at++;
      code = this.skipSpace();
    }
  }

  /** A key and its colon. */
  private key(fields: Record<string, unknown>): string {
    const start = this.at;
    const key = this.string();
    this.path[this.depth - 1] = key;
    if (Object.hasOwn(fields, key)) this.refuse('occurs twice', start);
    if (key === '__proto__' && this.rawDepth === 0) this.refuse('is not a key that this API takes', start);
    if (this.skipSpace() !== COLON) this.fail('a colon is expected');
    this.at++;
    return key;
  }

  private array(): unknown[] {
    const items: unknown[] = [];
    this.enter();
    if (this.skipSpace() === CLOSE_BRACKET) return this.leave(items);
    for (let index = 0; ; index++) {
      this.path[this.depth - 1] = index;
      const item = this.value();
      if (this.rawDepth === 0) items.push(item);
      const code = this.skipSpace();
      if (code === CLOSE_BRACKET) return this.leave(items);
      if (code !== COMMA) this.fail('a comma or ] is expected');
      this.at++;
    }
  }

  /** Whether the object just entered is the root, or an item of `jobs` or `reports`. */
  private mayHoldRaw(): boolean {
    if (this.rawDepth > 0) return false;
    return this.depth === 1 || (this.depth === 3 && RAW_LISTS.has(this.path[0]) && typeof this.path[1] === 'number');
  }

  private rawValue(key: string, limit: number): JsonText {
    this.skipSpace();
    const start = this.at;
    this.depthLimit = this.depth + this.limits.maxDepth;
    this.rawDepth = this.depth;
    this.impliedDigits = 0;
    this.value();
    this.rawDepth = 0;
    this.depthLimit = this.limits.maxDepth;
    const text = this.text.slice(start, this.at);
    // One UTF-16 unit is at most three bytes of UTF-8: most values need no counting.
    if (text.length * 3 + this.impliedDigits > limit && Buffer.byteLength(text) + this.impliedDigits > limit) {
      const how = this.impliedDigits > 0 ? ' with its numbers written out' : '';
      throw this.error('payload_too_large', `${key} is larger than ${limit} bytes${how}`, start);
    }
    return new JsonText(text);
  }

  private enter(): void {
    if (++this.depth > this.depthLimit) this.refuse(`nests deeper than ${this.limits.maxDepth} levels`, this.at);
    this.at++;
  }

  private leave<T>(container: T): T {
    this.depth--;
    this.at++;
    return container;
  }

  private string(): string {
    const start = this.at;
    const hasEscape = this.skipString();
    const { text, at } = this;
    return hasEscape ? (JSON.parse(text.slice(start, at)) as string) : text.slice(start + 1, at - 1);
  }

  /** Moves past a string. @returns whether it holds an escape */
  private skipString(): boolean {
    const { text } = this;
    let hasEscape = false;
    for (let at = this.at + 1; ; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.at = at + 1;
        return hasEscape;
      }
      if (code === BACKSLASH) {
        this.at = at;
        this.skipEscape();
        at = this.at - 1;
        hasEscape = true;
      } else if (!(code >= 0x20)) {
        this.at = at;
        this.fail(at < text.length ? 'a control character must be escaped' : 'the string does not end');
      }
    }
  }

  /** Moves past one escape; past both halves of a surrogate pair. */
  private skipEscape(): void {
    const start = this.at;
    if (this.text.charCodeAt(start + 1) !== LOWER_U) {
      if (!'"\\/bfnrt'.includes(this.text.charAt(start + 1) || ' ')) this.fail('this escape does not exist');
      this.at += 2;
      return;
    }
    const unit = this.unicodeEscape();
    if (unit === 0) this.refuse('holds the character NUL, which cannot be stored', start);
    if (unit < 0xd800 || unit > 0xdfff) return;
    const isPair = unit < 0xdc00 && this.text.startsWith('\\u', this.at);
    const second = isPair ? this.unicodeEscape() : 0;
    if (second < 0xdc00 || second > 0xdfff) this.refuse('holds half of a surrogate pair', start);
  }

  private unicodeEscape(): number {
    const digits = this.text.slice(this.at + 2, this.at + 6);
    if (!/^[0-9a-f]{4}$/i.test(digits)) this.fail('\\u needs four hexadecimal digits');
    this.at += 6;
    return parseInt(digits, 16);
  }

  private number(): number | undefined {
    const { text } = this;
    const start = this.at;
    if (text.charCodeAt(start) === MINUS) this.at++;
    if (text.charCodeAt(this.at) === ZERO) this.at++;
    else this.skipDigits();
    if (text.charCodeAt(this.at) === DOT) {
      this.at++;
      this.skipDigits();
    }
    // With bit 0x20 set, E reads as e; no other character does.
    if ((text.charCodeAt(this.at) | 0x20) === LOWER_E) this.skipExponent(start);
    if (this.at - start > MAX_NUMBER_LENGTH) this.refuse(`has a number of over ${MAX_NUMBER_LENGTH} characters`, start);
    if (this.rawDepth > 0) return undefined;
    const value = Number(text.slice(start, this.at));
    if (!Number.isFinite(value)) this.refuse('is too large a number', start);
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) this.refuse('is an integer beyond 2^53', start);
    return value;
  }

  private skipExponent(start: number): void {
    this.at++;
    const sign = this.text.charCodeAt(this.at);
    if (sign === PLUS || sign === MINUS) this.at++;
    const digits = this.at;
    this.skipDigits();
    const exponent = Number(this.text.slice(digits, this.at));
    if (exponent > MAX_EXPONENT) this.refuse(`has a number with an exponent beyond ±${MAX_EXPONENT}`, start);
    this.impliedDigits += exponent;
  }

  private skipDigits(): void {
    const { text } = this;
    const start = this.at;
    let at = start;
    for (let code = text.charCodeAt(at); code >= ZERO && code <= NINE; code = text.charCodeAt(at)) at++;
    this.at = at;
    if (at === start) this.fail('a digit is expected');
  }

  private skipWord(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  /** @returns the code of the next character that is not white space; NaN at the end */
  private skipSpace(): number {
    const { text } = this;
    let at = this.at;
    let code = text.charCodeAt(at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++at);
    this.at = at;
    return code;
  }

  /** The text is not JSON. */
  private fail(message: string): never {
    throw this.error('malformed_json', message, this.at);
  }

  /** The text is JSON, but none that we take. */
  private refuse(message: string, at: number): never {
    throw this.error('invalid_request', message, at);
  }

  private error(code: ErrorCode, problem: string, at: number): DomainError {
    let line = 1;
    let lineStart = 0;
    for (let end = this.text.indexOf('\n'); end !== -1 && end < at; end = this.text.indexOf('\n', lineStart)) {
      line++;
      lineStart = end + 1;
    }
    const column = at - lineStart + 1;
    const message = `${problem} (line ${line}, column ${column})`;
    return new DomainError(code, `The body cannot be taken: ${message}.`, {
      details: [{ field: this.field() || 'body', message }],
    });
  }

  /** As in `jobs[3].payload`; a raw value is named as a whole, since what is inside is the caller's own. */
  private field(): string {
    const steps = this.path.slice(0, this.rawDepth || this.depth);
    return steps.map((step, index) => (typeof step === 'number' ? `[${step}]` : index ? `.${step}` : step)).join('');
  }
}

/** Notes a key of a raw object, to see it a second time; `__proto__` is a key like any other there. */
function remember(fields: Record<string, unknown>, key: string): void {
  if (key === '__proto__') Object.defineProperty(fields, key, { value: undefined });
  else fields[key] = undefined;
}
