import { JsonReader } from '../platform/json/json-reader.js';
import type { JsonText } from '../platform/json/json-text.js';

/** Only what the reader must be told: the server has checked the values that it hands out. */
const LIMITS = { maxDepth: 1000, rawBytes: { payload: Infinity, metadata: Infinity } };

/**
 * The payloads of one answer as the text they came in. Handlers that read `payloadText` are few, so the answer is cut up when the
 * first of them asks.
 */
export class PayloadTexts {
  private texts: string[] | undefined;

  /** @param answer the text of a body whose `jobs` hold the payloads */
  constructor(private readonly answer: string) {}

  at(index: number): string {
    this.texts ??= this.cut();
    return this.texts[index] ?? 'null';
  }

  private cut(): string[] {
    const { jobs } = new JsonReader(this.answer, LIMITS).read() as { jobs: { payload: JsonText }[] };
    return jobs.map(({ payload }) => payload.text);
  }
}
