import { parseJson } from '../api/lossless.js';

/** Why `text` is not JSON, with line and column from 1: "Line 3, column 7: …". Undefined when it is. */
export function jsonProblem(text: string): string | undefined {
  try {
    parseJson(text);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : 'not JSON';
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
    const before = text.slice(0, position).split('\n');
    return `Line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: ${message.replace(/ at position \d+/, '')}`;
  }
}
