/**
 * One JSON value as the text it came in: a payload, a result or metadata. PostgreSQL takes it and answers give it back without a
 * detour over JavaScript numbers, so no digit is lost. Whoever makes one vouches that the text is a single legal JSON value.
 */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The value as plain JavaScript; numbers beyond 2^53 are rounded. */
  value(): unknown {
    return JSON.parse(this.text);
  }

  /** Always throws: `JSON.stringify` could only emit the text as a string or round its numbers. `writeJson` emits it as it is. */
  toJSON(): never {
    throw new TypeError('a JsonText is written by writeJson, not by JSON.stringify');
  }
}
